import { pino } from 'pino'
import type { SMTPServerOptions } from 'smtp-server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findLink } from '../links/member-links.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { welcome } from '../testing/outbox.ts'
import { refusal, type SmtpSink, startSmtp } from '../testing/smtp.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { smtpMailer } from './mailer.ts'

let h: Harness
let sink: SmtpSink
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
afterEach(async () => {
  h.app.mailer?.close()
  await sink.close()
})

async function start(behaviour?: SMTPServerOptions): Promise<void> {
  sink = await startSmtp(behaviour)
  await h.renew()
  h.app.mailer = smtpMailer(sink.url)
}

test('an e-mail is sent to the mail server as the outbox shows it, and the server’s response is recorded', async () => {
  await start()
  const email = await (await welcome(h, { name: 'Zoë Ångström', email: 'zoe@example.com' }))()
  expect(email).toMatchObject({ status: 'sent', attempts: 1 })
  expect(email.response).toContain('queued as A1')
  const [message] = sink.messages
  expect(message!.recipients).toEqual(['zoe@example.com'])
  expect(message!.mail.subject).toBe(email.subject)
  expect(message!.mail.messageId).toBe(email.message_id)
  expect(message!.mail.text!.trim()).toBe(email.text!.trim())
  expect(message!.mail.html).toContain('Zoë')
  expect(String(message!.mail.html).trim()).toBe(email.html!.trim())
  expect(message!.mail.from!.text).toContain('no-reply@localhost')
})

test('a permanent refusal is recorded with the server’s response, and not retried', async () => {
  let offered = 0
  await start({
    onRcptTo(_address, _session, callback) {
      offered += 1
      callback(refusal(550, 'no such mailbox here'))
    },
  })
  const email = await welcome(h)
  await advanceClock(h.app, 86_400_000)
  expect(await email()).toMatchObject({ status: 'failed', attempts: 1 })
  expect((await email()).response).toContain('no such mailbox here')
  expect(offered).toBe(1)
})

test('a response with characters that cannot be stored does not prevent recording the result', async () => {
  await start({
    onRcptTo: (_address, _session, callback) => callback(refusal(550, 'no \u0000 such mailbox')),
  })
  expect(await (await welcome(h))()).toMatchObject({ status: 'failed', attempts: 1 })
})

test('an e-mail that is refused temporarily is retried later, as the same message', async () => {
  let isBusy = true
  await start({
    onMailFrom(_address, _session, callback) {
      callback(isBusy ? refusal(451, 'busy, come back') : null)
    },
  })
  const email = await welcome(h)
  expect(await email()).toMatchObject({ status: 'pending', attempts: 1 })
  expect((await email()).response).toContain('busy, come back')
  isBusy = false
  await advanceClock(h.app, 3_600_000)
  expect(await email()).toMatchObject({ status: 'sent', attempts: 2 })
  expect(sink.messages).toHaveLength(1)
})

test.each<[string, number, 'changes' | 'is merged']>([
  ['temporarily, and whose contact changes its address,', 451, 'changes'],
  ['permanently, and whose contact changes its address,', 550, 'changes'],
  ['temporarily, and whose contact is merged,', 451, 'is merged'],
])(
  'an e-mail that is refused %s goes to the present address, with a link that works',
  async (_, code, what) => {
    await start({
      onRcptTo: ({ address }, _session, callback) =>
        callback(address.startsWith('wrong') ? refusal(code, 'no such mailbox') : null),
    })
    const { id, contact_id, status } = await (await welcome(h, { email: 'wrong@example.com' }))()
    expect(status).toBe(code === 451 ? 'pending' : 'failed')
    if (what === 'changes') {
      const data = { type: 'contacts', attributes: { email: 'right@example.com' } }
      expect((await h.client.patch(`/v1/contacts/${contact_id}`, { data })).status).toBe(200)
    } else {
      const into = await makeContact(h.app, h.account.siteId, { email: 'right@example.com' })
      const data = { type: 'contacts', id: contact_id }
      expect((await h.client.post(`/v1/contacts/${into}/merge`, { data })).status).toBe(200)
    }
    if (status === 'failed') expect((await h.client.post(`/v1/emails/${id}/retry`)).status).toBe(200)
    await advanceClock(h.app, 3_600_000)
    const { attributes } = (await h.client.get(`/v1/emails/${id}`)).body.data
    expect(attributes).toMatchObject({ status: 'sent', to_email: 'right@example.com' })
    expect(sink.messages.map(({ recipients }) => recipients)).toEqual([['right@example.com']])
    const [, token] = /\/welcome\/([\w-]+)/.exec(sink.messages[0]!.mail.text!)!
    const link = await findLink(h.app.db, h.account.siteId, 'welcome', token!, h.app.clock.now())
    expect(link).not.toBeNull()
  },
)

const BLOCKED = refusal(554, '5.7.1 your address is on a list')
const SIGN_IN_FIRST = refusal(530, '5.7.0 Authentication required')

test.each<[string, SMTPServerOptions]>([
  ['refuses at the greeting', { onConnect: (_session, callback) => callback(BLOCKED) }],
  ['refuses the sender', { onMailFrom: (_address, _session, callback) => callback(refusal(550, 'not you')) }],
  ['wants a sign-in', { onMailFrom: (_address, _session, callback) => callback(SIGN_IN_FIRST) }],
  ['wants encryption', { authOptional: false, disabledCommands: ['STARTTLS'] }],
  ['wants a sign-in late', { onRcptTo: (_address, _session, callback) => callback(SIGN_IN_FIRST) }],
  ['blocks us late', { onRcptTo: (_address, _session, callback) => callback(BLOCKED) }],
])('an e-mail to a server that %s is retried', async (_what, behaviour) => {
  await start(behaviour)
  const email = await welcome(h)
  expect(await email()).toMatchObject({ status: 'pending', attempts: 1 })
  h.app.mailer!.close()
  await sink.close()
  sink = await startSmtp()
  h.app.mailer = smtpMailer(sink.url)
  await advanceClock(h.app, 3_600_000)
  expect(await email()).toMatchObject({ status: 'sent' })
})

test('an e-mail is retried when the server refuses the credentials', async () => {
  await start({ onAuth: (_auth, _session, callback) => callback(refusal(535, 'wrong password')) })
  h.app.mailer!.close()
  h.app.mailer = smtpMailer(sink.url.replace('//', '//user:wrong@'))
  expect(await (await welcome(h))()).toMatchObject({ status: 'pending', attempts: 1 })
})

test('a message that the server rejects is refused permanently', async () => {
  await start({
    onData: (stream, _session, callback) =>
      stream.on('end', () => callback(refusal(554, 'looks like spam'))).resume(),
  })
  expect(await (await welcome(h))()).toMatchObject({
    status: 'failed',
    response: expect.stringContaining('spam'),
  })
})

test('the response of a mail server is on the e-mail only, not in the log', async () => {
  const words = '<eve@example.com>: mailbox is full'
  await start({ onRcptTo: (_address, _session, callback) => callback(refusal(452, words)) })
  const logged: unknown[] = []
  h.app.log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) })
  const email = await welcome(h, { email: 'eve@example.com' })
  expect((await email()).response).toContain(words)
  expect(logged.join('')).toContain('EENVELOPE at RCPT TO, answer 452')
  expect(logged.join('')).not.toMatch(/eve@example|mailbox is full/)
})

test('an e-mail that can never be sent fails permanently after the last attempt', async () => {
  await start({ onConnect: (_session, callback) => callback(refusal(421, 'out of service')) })
  const email = await welcome(h)
  for (let i = 0; i < 25 && (await email()).status === 'pending'; i++) await advanceClock(h.app, 86_400_000)
  expect(await email()).toMatchObject({ status: 'failed', attempts: 19 })
  expect((await email()).response).toContain('out of service')
})

test.each([
  ['a header', 'Eve\r\nBcc: everybody@example.com\r\n\r\nBuy now'],
  ['a quote', 'Eve" <eve@evil.example>, "X'],
  ['a control character', 'Eve\u0000\u001b\u2028Bcc: x@example.com'],
])('a name with %s in it adds no header and no recipient', async (_what, name) => {
  await start()
  const contactId = await makeContact(h.app, h.account.siteId, {
    name: name.replaceAll('\u0000', ''),
    email: 'eve@example.com',
  })
  const offerId = await makeOffer(h.app, h.account.siteId, {
    title: 'Offer\r\nBcc: title@example.com',
    is_gift: true,
  })
  const meta = {
    gift: { from_name: 'Mallory\r\nBcc: mallory@example.com', message: '.\r\nMAIL FROM:<x@example.com>' },
  }
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId], meta))
  await h.drain()
  expect(sink.messages).toHaveLength(2)
  for (const { mail, raw, recipients } of sink.messages) {
    expect(recipients).toEqual(['eve@example.com'])
    expect([mail.to].flat().flatMap((to) => to!.value)).toHaveLength(1)
    expect(mail.headers.has('bcc')).toBe(false)
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im)
  }
})

const LONG = 'word '.repeat(300).trim()

test.each([
  ['plain letters', 'Hello', '7bit'],
  ['other letters', 'Hällo', 'quoted-printable'],
  ['a line that is longer than a server need take', LONG, 'quoted-printable'],
  ['a line that begins with a dot', 'Hello\n.\n..QUIT\nBye', '7bit'],
])('text with %s arrives unchanged', async (_what, text, encoding) => {
  await start()
  const now = h.app.clock.now()
  await h.app.db
    .insertInto('email_templates')
    .values({ site_id: h.account.siteId, kind: 'welcome', text, created_at: now, updated_at: now })
    .execute()
  await welcome(h)
  const [{ mail, raw }] = sink.messages as [SmtpSink['messages'][number]]
  expect(mail.text!.trim()).toBe(text)
  expect(raw).toMatch(new RegExp(`text/plain[^]*?Content-Transfer-Encoding: ${encoding}\r\n`))
  for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
})
