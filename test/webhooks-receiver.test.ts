/** The receivers in docs/webhooks.md, unchanged. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { makeSignedHook } from '../src/testing/hooks.ts'
import { signatureHeaders, signingKey } from '../src/webhooks/signing.ts'
import { until } from './launch.ts'

const root = join(import.meta.dirname, '..')

interface Language {
  /** Of the block of code. */
  name: string
  file: string
  program: string
  args: (file: string, port: number) => string[]
}

const LANGUAGES: Language[] = [
  { name: 'js', file: 'receiver.mjs', program: process.execPath, args: (file) => [file] },
  { name: 'python', file: 'receiver.py', program: 'python3', args: (file) => [file] },
  {
    name: 'php',
    file: 'receiver.php',
    program: 'php',
    args: (file, port) => ['-S', `127.0.0.1:${port}`, file],
  },
]
const isHere = ({ program }: Language): boolean => spawnSync(program, ['--version']).status === 0

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function snippetIn(language: string): Promise<string> {
  const text = await readFile(join(root, 'docs', 'webhooks.md'), 'utf8')
  return new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(text)![1]!
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

describe.for(LANGUAGES.filter(isHere))('the receiver in $name', ({ name, file, program, args }) => {
  let folder: string
  let receiver: ChildProcess
  let printed = ''
  let target: string
  let hookId: string
  let secret: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bestow-receiver-'))
    const port = await freePort()
    target = `http://127.0.0.1:${port}/`
    const hook = await makeSignedHook(h.app, h.account.siteId, {
      event: 'contact_created',
      targetUrl: target,
    })
    hookId = hook.id
    secret = hook.secret
    const path = join(folder, file)
    await writeFile(path, await snippetIn(name))
    receiver = spawn(program, args(path, port), {
      env: { PATH: process.env.PATH, TMPDIR: folder, WEBHOOK_SECRET: hook.secret, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    receiver.stdout!.on('data', (text) => {
      printed += text
    })
    await until(() =>
      fetch(target).then(
        () => true,
        () => false,
      ),
    )
    return async () => {
      receiver.kill()
      await rm(folder, { recursive: true })
      await h.client.patch(`/v1/hooks/${hookId}`, {
        data: { type: 'hooks', id: hookId, attributes: { enabled: false } },
      })
    }
  })

  test('accepts each notification once, however often it is sent', async () => {
    const id = await makeContact(h.app, h.account.siteId)
    await h.drain()
    await until(() => printed.includes('\n'))
    const { data } = (await h.client.get(`/v1/webhook_deliveries?filter[hook_id]=${hookId}`)).body
    await h.client.post(`/v1/webhook_deliveries/${data[0].id}/replay`)
    await h.drain()
    const { attributes } = (await h.client.get(`/v1/webhook_deliveries/${data[0].id}`)).body.data
    expect(attributes.attempts.map((one: { response_status: number }) => one.response_status)).toEqual([
      200, 200,
    ])
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ id, event: 'contact_created' }])
  })

  test('refuses forged, altered and old requests', async () => {
    const { data } = (await h.client.get(`/v1/webhook_deliveries?filter[hook_id]=${hookId}`)).body
    const { body, attempts } = data[0].attributes
    const send = async (headers: object, text = body) =>
      (
        await fetch(target, {
          method: 'POST',
          headers: { ...attempts[0].request.headers, ...headers },
          body: text,
        })
      ).status
    expect(await send({})).toBe(200)
    expect(await send({}, `${body} `)).toBe(400)
    expect(await send({ 'webhook-id': 'msg_1_999' })).toBe(400)
    expect(await send({ 'webhook-signature': 'v1,AAAA' })).toBe(400)
    const signedAt = (secondsAgo: number) =>
      signatureHeaders({ id: 'msg_1_1', at: new Date(Date.now() - secondsAgo * 1000), body }, [
        signingKey(secret),
      ])
    expect(await send(signedAt(200))).toBe(200)
    expect(await send(signedAt(400))).toBe(400)
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(target, { method: 'POST', headers, body })).status).toBe(400)
  })
})
