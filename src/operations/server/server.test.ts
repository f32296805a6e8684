import { afterAll, beforeAll, expect, test } from 'vitest'
import { setPassword } from '../../accounts/set-password.ts'
import { smtpMailer } from '../../emails/mailer.ts'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { signInHeaders } from '../../testing/passkeys.ts'
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

const advance = (of: Harness, duration: string, headers?: Record<string, string>) =>
  of
    .clientWith(headers ? null : of.account.token)
    .post('/v1/server/advance_clock', { meta: { duration } }, headers)

test('the clock of a development server is moved: what is due has happened, and the session of the request stays', async () => {
  const { app, account } = h
  const { email } = (await h.client.get('/v1/me')).body.data.attributes
  await setPassword(app, account.id, email, 'a rather long password')
  const nobody = h.clientWith(null)
  const headers = await signInHeaders(nobody, { email, password: 'a rather long password' })
  const contact = await makeContact(app, account.siteId)
  const offer = await makeOffer(app, account.siteId, { access_days: 20 })
  await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
  const before = app.clock.now().getTime()
  const moved = await advance(h, '30d', headers)
  expect(moved.status).toBe(200)
  expect(Date.parse(moved.body.meta.time) - before).toBeGreaterThanOrEqual(30 * 86_400_000)
  expect(moved.body.meta.expired.access_tokens).toBeGreaterThan(0)
  const still = { ...headers, cookie: moved.headers.get('set-cookie')!.split(';')[0]! }
  const { body } = await nobody.get(`/v1/events?filter[event]=access_expired`, still)
  expect(body.meta.total_count).toBe(1)
  expect((await nobody.get('/v1/me', headers)).status).toBe(401)
})

test('a length of time that cannot be read says how to write one', async () => {
  const local = await startHarness()
  const { status, body } = await advance(local, 'soon')
  expect([status, body.errors[0].source.pointer]).toEqual([422, '/meta/duration'])
  expect(body.errors[0].detail).toContain('write 30d, 36h or 1d12h')
  await local.close()
})

test('the clock of a production server cannot be moved', async () => {
  const production = await startHarness({ mode: 'production' })
  const { status, body } = await advance(production, '1d')
  expect([status, body.errors[0].code]).toEqual([403, 'development_only'])
  await production.close()
})

test('e-mails of a site are from its sender, and a test shows whether the mail server takes it', async () => {
  const sink = await startSmtp()
  h.app.mailer = smtpMailer(sink.url)
  const id = h.account.siteId
  const client = h.clientWith((await makeKey(h.app, h.account, null)).token)
  const attributes = {
    sender_name: 'Jo of Northlight',
    sender_email: 'jo@northlight.example',
    reply_to_email: 'help@northlight.example',
  }
  const changed = await client.patch(`/v1/sites/${id}`, { data: { type: 'sites', id, attributes } })
  expect(changed.body.data.attributes).toMatchObject(attributes)
  expect((await client.post(`/v1/sites/${id}/test_email`)).body.meta.status).toBe('sent')
  const contact = await makeContact(h.app, id)
  await client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([await makeOffer(h.app, id)]))
  await h.drain()
  const mails = sink.messages.map(({ mail }) => [mail.from!.text, mail.replyTo?.text])
  expect(mails.length).toBeGreaterThanOrEqual(2)
  for (const mail of mails)
    expect(mail).toEqual(['"Jo of Northlight" <jo@northlight.example>', 'help@northlight.example'])
  await closeMailer()
  await sink.close()
})
