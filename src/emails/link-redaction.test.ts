import { afterEach, expect, test } from 'vitest'
import { findLink } from '../links/member-links.ts'
import type { Mode } from '../platform/config.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { welcome } from '../testing/outbox.ts'
import { refusal, type SmtpSink, startSmtp } from '../testing/smtp.ts'
import { smtpMailer } from './mailer.ts'

let h: Harness
let sink: SmtpSink
afterEach(async () => {
  h.app.mailer?.close()
  await h.close()
  await sink.close()
})

async function start(mode: Mode): Promise<void> {
  sink = await startSmtp()
  h = await startHarness({ mode, mailer: smtpMailer(sink.url) })
}

const secretIn = (text: string) => /\/welcome\/([\w-]+)/.exec(text)?.[1] ?? ''

const isGood = async (secret: string) =>
  (await findLink(h.app.db, h.account.siteId, 'welcome', secret, h.app.clock.now())) !== null

test('in production the outbox hides the link, and the sent e-mail contains it', async () => {
  await start('production')
  const email = await (await welcome(h))()
  expect(email.status).toBe('sent')
  const { text, html } = sink.messages[0]!.mail
  for (const part of [text!, html as string]) expect(await isGood(secretIn(part))).toBe(true)
  for (const part of [email.text!, email.html!]) {
    expect(part).toContain('/welcome/hidden-in-the-outbox')
    expect(await isGood(secretIn(part))).toBe(false)
  }
  expect(JSON.stringify(email)).not.toContain(secretIn(text!))
})

test('in production a second attempt sends the valid link too', async () => {
  await start('production')
  const good = h.app.mailer!
  h.app.mailer = { send: () => Promise.reject(refusal(451, 'later')), close: () => {} }
  const email = await welcome(h)
  expect(await email()).toMatchObject({ status: 'pending', html: expect.any(String) })
  h.app.mailer = good
  await h.app.pool.query('update emails set due_at = now()')
  await h.drain()
  expect(await isGood(secretIn(sink.messages[0]!.mail.text!))).toBe(true)
})

test('in development the outbox shows the valid link', async () => {
  await start('development')
  expect(await isGood(secretIn((await (await welcome(h))()).text!))).toBe(true)
})
