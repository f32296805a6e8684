import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startHarness } from '../src/testing/harness.ts'

const page = (name: string) => readFileSync(join(import.meta.dirname, '../docs', name), 'utf8')

/** The commands of a page in their order. */
const commandsOf = (name: string) =>
  [...page(name).matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)

test('the commands of Getting started, pasted into bash, grant an offer and show its e-mail', async () => {
  const h = await startHarness()
  const { clientId, clientSecret } = h.account
  const commands = commandsOf('getting-started.md')
  expect(commands).toHaveLength(7)
  const paste = async (lines: string[]) => {
    const script = `set -euo pipefail\n${lines.join('\n')}`.replaceAll('http://127.0.0.1:3000', h.url)
    const env = { ...process.env, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret }
    return (await promisify(execFile)('bash', ['-c', script], { env })).stdout
  }
  // The e-mail is written in the background; the rest is a look at what there is.
  const upToGrant = commands.slice(0, 5)
  const granted = JSON.parse(await paste([...upToGrant, '']))
  expect(granted.meta).toMatchObject({ customer_created: true, offers: [{ status: 'granted' }] })
  await h.drain()
  const contact = `CONTACT=${(await h.client.get('/v1/contacts')).body.data[0].id}`
  const emails = JSON.parse(await paste([commands[0]!, contact, commands[5]!]))
  expect(emails.data.map((email: { attributes: object }) => email.attributes)).toMatchObject([
    { kind: 'welcome', to_email: 'ada@example.com' },
  ])
  const events = JSON.parse(await paste([commands[0]!, contact, commands[6]!]))
  expect(events.data.map((event: { attributes: { event: string } }) => event.attributes.event)).toContain(
    'offer_granted',
  )
  await h.close()
})
