import { afterAll, beforeAll, expect, test } from 'vitest'
import { smtpMailer } from '../../emails/mailer.ts'
import { makeAccount, makeKey } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'
import { refusal, startSmtp } from '../../testing/smtp.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ settings: { MAIL_FROM: 'hello@example.com' } })
})
afterAll(() => h.close())

test('the settings of the server are shown without the password of the mail server', async () => {
  h.app.config.SMTP_URL = 'smtp://user:a-secret@mail.example.com:587'
  const { body } = await h.client.get('/v1/server')
  h.app.config.SMTP_URL = null
  expect(body.data.attributes).toMatchObject({
    mode: 'development',
    mail_server: 'mail.example.com:587',
    mail_from: 'hello@example.com',
    keep_events_days: 400,
    can_move_clock: true,
  })
  expect(JSON.stringify(body)).not.toContain('a-secret')
})

test('a key that may not see sites sees no settings, and one that may not manage them sends no test e-mail', async () => {
  const account = await makeAccount(h.app)
  const { token } = await makeKey(h.app, account, ['view:contacts'])
  const client = h.clientWith(token)
  expect((await client.get('/v1/server')).status).toBe(403)
  const viewing = h.clientWith((await makeKey(h.app, account, ['view:sites'])).token)
  expect((await viewing.get('/v1/server')).status).toBe(200)
  expect((await viewing.post('/v1/server/test_email')).status).toBe(403)
})

test('a test e-mail says that there is no mail server', async () => {
  const { status, body } = await h.client.post('/v1/server/test_email')
  expect([status, body.meta]).toEqual([
    200,
    { to: expect.stringContaining('@'), status: 'kept', response: null },
  ])
})

test('a test e-mail goes to the user, with the answer of the mail server', async () => {
  const sink = await startSmtp()
  h.app.mailer = smtpMailer(sink.url)
  const { body } = await h.client.post('/v1/server/test_email')
  expect(body.meta).toEqual({
    to: sink.messages[0]!.recipients[0],
    status: 'sent',
    response: expect.stringContaining('queued as A1'),
  })
  expect(sink.messages[0]!.mail.from!.text).toContain('hello@example.com')
  await closeMailer()
  await sink.close()
})

test('a mail server that refuses is reported in its own words', async () => {
  const sink = await startSmtp({
    onMailFrom: (_address, _session, callback) => callback(refusal(553, 'sender not allowed here')),
  })
  h.app.mailer = smtpMailer(sink.url)
  const { body } = await h.client.post('/v1/server/test_email')
  expect(body.meta).toMatchObject({
    status: 'failed',
    response: expect.stringContaining('sender not allowed here'),
  })
  await closeMailer()
  await sink.close()
})

test('at most ten test e-mails in a quarter of an hour are sent to a user, of the mail server and of templates together', async () => {
  const sink = await startSmtp()
  h.app.mailer = smtpMailer(sink.url)
  const account = await makeAccount(h.app)
  const client = h.clientWith((await makeKey(h.app, account, null)).token)
  const template = { data: { type: 'email_templates', attributes: { kind: 'welcome', subject: 'A trial' } } }
  for (let sent = 0; sent < 5; sent++) {
    expect((await client.post('/v1/server/test_email')).status).toBe(200)
    expect((await client.post('/v1/email_templates/send_test', template)).status).toBe(200)
  }
  const refused = await expectRefusal(h.app, () => client.post('/v1/server/test_email'), 429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await expectRefusal(h.app, () => client.post('/v1/email_templates/send_test', template), 429)
  expect(sink.messages).toHaveLength(5)
  await closeMailer()
  await sink.close()
})

async function closeMailer(): Promise<void> {
  h.app.mailer?.close()
  h.app.mailer = null
}
