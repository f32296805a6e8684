import { afterAll, beforeAll, expect, test } from 'vitest'
import { findLink, keepLinks, linkToken } from '../links/member-links.ts'
import { endAllSessions } from '../people/customers/end-sessions.ts'
import { countAttempt, networkOf } from '../platform/auth/attempts.ts'
import type { MovableClock } from '../platform/clock/clock.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeContact, makeOffer, offersBody, subdomainOf } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { changePassword, confirmEmailChange, knowsPassword, requestEmailChange } from './account.ts'
import { findMember, findSite, type MemberSite } from './member.ts'
import { passwordProblem } from './passwords.ts'
import { findGift, redeemGift, redeemOwnGift } from './redeem-gift.ts'
import { requestLink } from './request-link.ts'
import { endAccess, findSession } from './sessions.ts'
import { choosePassword, type SignIn, signInByLink, signInByPassword, type Visitor } from './sign-in.ts'

const DAY = 86_400_000

let h: Harness
let site: MemberSite
beforeAll(async () => {
  h = await startHarness()
  const subdomain = await subdomainOf(h.app, h.account.siteId)
  site = (await findSite(h.app.db, subdomain))!
})
afterAll(() => h.close())

let visitors = 0
/** From an address of its own, so that attempts in one test do not count in another. */
const visitor = (): Visitor => ({ source: `test ${++visitors}`, session: null, language: 'en' })

interface Person {
  contactId: string
  customerId: string
  email: string
}

async function customer(offer: { is_gift?: boolean } = {}): Promise<Person> {
  const email = `member${++visitors}@example.com`
  const contactId = await makeContact(h.app, h.account.siteId, { email })
  const offerId = await makeOffer(h.app, h.account.siteId, offer)
  const { body } = await h.client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  await h.drain()
  return { contactId, customerId: body.meta.customer_id, email }
}

/** The token in the latest e-mail of a kind. */
async function tokenFrom(person: Person, kind: string): Promise<string> {
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('contact_id', '=', person.contactId)
    .where('kind', '=', kind)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  return /\/s\/[^/]+\/[a-z-]+\/([\w-]+)/.exec(text!)![1]!
}

const sessionOf = (came: SignIn | string | null): string => {
  if (typeof came === 'string') return came
  expect(came?.outcome).toBe('signed_in')
  return (came as { session: string }).session
}

const PASSWORD = 'a rather long password'

async function withPassword(): Promise<Person> {
  const person = await customer()
  await choosePassword(h.app, site, 'welcome', await tokenFrom(person, 'welcome'), PASSWORD, visitor())
  return person
}

const signIn = (email: string, password = PASSWORD, from = visitor()) =>
  signInByPassword(h.app, site, { email, password }, from)

test('a welcome link sets a password, signs in, and works once', async () => {
  const person = await customer()
  const token = await tokenFrom(person, 'welcome')
  const session = sessionOf(await choosePassword(h.app, site, 'welcome', token, PASSWORD, visitor()))
  expect(await findSession(h.app, site.id, session)).toMatchObject({
    member: { email: person.email, hasPassword: true },
  })
  expect(await choosePassword(h.app, site, 'welcome', token, 'another password', visitor())).toBeNull()
  expect((await signIn(person.email)).outcome).toBe('signed_in')
})

test('of two concurrent uses of one link, one signs in', async () => {
  const token = await tokenFrom(await customer(), 'welcome')
  const both = await Promise.all(
    [1, 2].map(() => choosePassword(h.app, site, 'welcome', token, PASSWORD, visitor())),
  )
  expect(both.filter((one) => one !== null)).toHaveLength(1)
})

test('a wrong password and an unknown address get the same response', async () => {
  const person = await withPassword()
  expect(await signIn(person.email, 'not the password')).toEqual({ outcome: 'wrong' })
  expect(await signIn('nobody@example.com')).toEqual({ outcome: 'wrong' })
})

test('after ten wrong passwords for one address that network must wait, also with the correct one; other networks need not', async () => {
  const person = await withPassword()
  const from = visitor()
  for (let i = 0; i < 10; i++) expect((await signIn(person.email, 'guess', from)).outcome).toBe('wrong')
  const answer = await signIn(person.email, PASSWORD, from)
  expect(answer.outcome).toBe('too_many')
  expect((answer as { waitSeconds: number }).waitSeconds).toBeGreaterThan(0)
  expect((await signIn(person.email)).outcome).toBe('signed_in')
  await (h.app.clock as MovableClock).advance(h.app.db, 16 * 60_000)
  expect((await signIn(person.email, PASSWORD, from)).outcome).toBe('signed_in')
})

test('correct passwords do not count as attempts', async () => {
  const person = await withPassword()
  const from = visitor()
  for (let i = 0; i < 11; i++) expect((await signIn(person.email, PASSWORD, from)).outcome).toBe('signed_in')
})

test('guesses from many networks block unknown networks, but not one from which the member has signed in before', async () => {
  const person = await withPassword()
  const home = visitor()
  expect((await signIn(person.email, PASSWORD, home)).outcome).toBe('signed_in')
  const guess = { realm: `site:${site.id}`, kind: 'password', person: person.email } as const
  for (let i = 0; i < 100; i++) await countAttempt(h.app, { ...guess, source: `robot ${i}` })
  expect((await signIn(person.email)).outcome).toBe('too_many')
  expect((await signIn(person.email, PASSWORD, home)).outcome).toBe('signed_in')
})

test('after sixty attempts from one source it must wait, whatever the address', async () => {
  const from = visitor()
  for (let i = 0; i < 60; i++) await requestLink(h.app, site, 'password', `nobody${i}@example.com`, from)
  expect((await signIn('fresh@example.com', PASSWORD, from)).outcome).toBe('too_many')
})

test('a sign-in link is sent to known addresses only, and the page is the same for unknown ones', async () => {
  const person = await withPassword()
  const before = await h.app.db.selectFrom('emails').select('id').where('kind', '=', 'sign_in').execute()
  expect(await requestLink(h.app, site, 'sign_in', person.email, visitor())).toBe(0)
  expect(await requestLink(h.app, site, 'sign_in', 'stranger@example.com', visitor())).toBe(0)
  const token = await tokenFrom(person, 'sign_in')
  const after = await h.app.db.selectFrom('emails').select('id').where('kind', '=', 'sign_in').execute()
  expect(after.length - before.length).toBe(1)
  sessionOf(await signInByLink(h.app, site, token, visitor()))
  expect(await signInByLink(h.app, site, token, visitor())).toBeNull()
})

test('a forgotten password can be replaced with a link, which signs out everywhere', async () => {
  const person = await withPassword()
  const session = sessionOf(await signIn(person.email))
  await requestLink(h.app, site, 'password', person.email, visitor())
  await choosePassword(
    h.app,
    site,
    'password',
    await tokenFrom(person, 'password'),
    'a brand new password',
    visitor(),
  )
  expect(await findSession(h.app, site.id, session)).toBeNull()
  expect((await signIn(person.email)).outcome).toBe('wrong')
  expect((await signIn(person.email, 'a brand new password')).outcome).toBe('signed_in')
})

test('once a password is set, an older link to set one is invalid', async () => {
  const person = await customer()
  const welcome = await tokenFrom(person, 'welcome')
  await requestLink(h.app, site, 'password', person.email, visitor())
  const forgotten = await tokenFrom(person, 'password')
  sessionOf(await choosePassword(h.app, site, 'password', forgotten, PASSWORD, visitor()))
  expect(
    await choosePassword(h.app, site, 'welcome', welcome, 'somebody else’s choice', visitor()),
  ).toBeNull()
  expect((await signIn(person.email)).outcome).toBe('signed_in')
})

test('signing in ends the session that the browser had before', async () => {
  const person = await withPassword()
  const first = sessionOf(await signIn(person.email))
  const second = sessionOf(await signIn(person.email, PASSWORD, { ...visitor(), session: first }))
  expect(second).not.toBe(first)
  expect(await findSession(h.app, site.id, first)).toBeNull()
  expect(await findSession(h.app, site.id, second)).not.toBeNull()
})

test('sign-ins and the last request are recorded on the customer', async () => {
  const person = await withPassword()
  const session = sessionOf(await signIn(person.email))
  const { sign_in_count, last_request_at } = await h.app.db
    .selectFrom('customers')
    .select(['sign_in_count', 'last_request_at'])
    .where('id', '=', person.customerId)
    .executeTakeFirstOrThrow()
  expect(sign_in_count).toBe(2)
  const seen = async () =>
    (
      await h.app.db
        .selectFrom('customers')
        .select('last_request_at')
        .where('id', '=', person.customerId)
        .executeTakeFirstOrThrow()
    ).last_request_at
  await findSession(h.app, site.id, session)
  expect(await seen()).toEqual(last_request_at)
  await (h.app.clock as MovableClock).advance(h.app.db, 10 * 60_000)
  await findSession(h.app, site.id, session)
  expect(await seen()).not.toEqual(last_request_at)
})

test('a gift is shown, opened by setting a password, and redeemed once', async () => {
  const person = await customer({ is_gift: true })
  const token = await tokenFrom(person, 'gift')
  expect(await findGift(h.app, site, token)).toMatchObject({
    signsIn: true,
    isRedeemed: false,
    member: { hasPassword: false },
  })
  const session = sessionOf(await redeemGift(h.app, site, token, PASSWORD, visitor()))
  expect(await findSession(h.app, site.id, session)).toMatchObject({
    member: { email: person.email, hasPassword: true },
  })
  expect(await redeemGift(h.app, site, token, null, visitor())).toBeNull()
  expect(await findGift(h.app, site, token)).toMatchObject({ signsIn: false, isRedeemed: true })
  const events = await h.app.db
    .selectFrom('events')
    .select(['grant_id', 'actor'])
    .where('contact_id', '=', person.contactId)
    .where('type', '=', 'gift_redeemed')
    .execute()
  expect(events).toEqual([{ grant_id: expect.any(String), actor: `customer:${person.customerId}` }])
})

test('after 30 days a gift link does not sign in any more; a signed-in recipient can still open the gift, once', async () => {
  const person = await customer({ is_gift: true })
  const token = await tokenFrom(person, 'gift')
  const expires_at = new Date(h.app.clock.now().getTime() + 30 * DAY)
  const kept = h.app.db
    .selectFrom('member_links')
    .select('expires_at')
    .where('customer_id', '=', person.customerId)
  expect(
    (await kept.where('purpose', '=', 'gift').executeTakeFirstOrThrow()).expires_at.getTime(),
  ).toBeCloseTo(expires_at.getTime(), -5)
  await h.app.db
    .updateTable('member_links')
    .set({ expires_at: h.app.clock.now() })
    .where('customer_id', '=', person.customerId)
    .execute()
  expect(await redeemGift(h.app, site, token, PASSWORD, visitor())).toBeNull()
  const gift = (await findGift(h.app, site, token))!
  expect(gift).toMatchObject({ signsIn: false, isRedeemed: false })
  await redeemOwnGift(h.app, site, gift)
  await redeemOwnGift(h.app, site, gift)
  const events = await h.app.db
    .selectFrom('events')
    .select('id')
    .where('contact_id', '=', person.contactId)
    .where('type', '=', 'gift_redeemed')
    .execute()
  expect(events).toHaveLength(1)
})

test.each(['welcome', 'gift', 'sign_in', 'password', 'email_change'] as const)(
  'a new password, and signing out everywhere, end an open %s link',
  async (purpose) => {
    for (const end of [
      (person: Person) => inTransaction(h.app.db, (tx) => endAccess(h.app, tx, site.id, person.customerId)),
      async (person: Person) => {
        const member = (await findMember(h.app.db, site.id, { email: person.email }))!
        await changePassword(h.app, site, member, 'a brand new password', visitor())
      },
    ]) {
      const person = await customer()
      const link = {
        purpose,
        siteId: site.id,
        eventId: '1',
        cause: person.email,
        customerId: person.customerId,
      }
      await inTransaction(h.app.db, (tx) => keepLinks(h.app, tx, [link]))
      const token = linkToken(h.app, purpose, site.id, person.email)
      const find = () => findLink(h.app.db, site.id, purpose, token, h.app.clock.now())
      expect(await find()).not.toBeNull()
      await end(person)
      expect(await find()).toBeNull()
    }
  },
)

test('a new e-mail address takes effect when it is confirmed, for contact and customer', async () => {
  const person = await withPassword()
  const member = (await findMember(h.app.db, site.id, { email: person.email }))!
  await requestEmailChange(h.app, site, member, 'typo@example.com')
  const typo = await tokenFrom(person, 'email_change')
  await requestEmailChange(h.app, site, member, 'new@example.com')
  expect(await confirmEmailChange(h.app, site, typo)).toBe('ended')
  expect((await findMember(h.app.db, site.id, { email: person.email }))?.customerId).toBe(person.customerId)
  const token = await tokenFrom(person, 'email_change')
  const { to_email } = await h.app.db
    .selectFrom('emails')
    .select('to_email')
    .where('kind', '=', 'email_change')
    .where('contact_id', '=', person.contactId)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  expect(to_email).toBe('new@example.com')
  expect(await confirmEmailChange(h.app, site, token)).toBe('changed')
  expect((await h.client.get(`/v1/contacts/${person.contactId}`)).body.data.attributes.email).toBe(
    'new@example.com',
  )
  expect((await h.client.get(`/v1/customers/${person.customerId}`)).body.data.attributes.email).toBe(
    'new@example.com',
  )
  expect(await confirmEmailChange(h.app, site, token)).toBe('ended')
})

test('a new password ends open sign-in links and changes of address', async () => {
  const person = await withPassword()
  const member = (await findMember(h.app.db, site.id, { email: person.email }))!
  await requestLink(h.app, site, 'sign_in', person.email, visitor())
  await requestEmailChange(h.app, site, member, 'intruder@example.com')
  await requestLink(h.app, site, 'password', person.email, visitor())
  const [link, change, forgotten] = [
    await tokenFrom(person, 'sign_in'),
    await tokenFrom(person, 'email_change'),
    await tokenFrom(person, 'password'),
  ]
  await choosePassword(h.app, site, 'password', forgotten, 'a brand new password', visitor())
  expect(await signInByLink(h.app, site, link, visitor())).toBeNull()
  expect(await confirmEmailChange(h.app, site, change)).toBe('ended')
})

test('when the owner of the site corrects an address, links and sessions of the wrong one end', async () => {
  const person = await customer()
  const welcome = await tokenFrom(person, 'welcome')
  await requestLink(h.app, site, 'sign_in', person.email, visitor())
  const session = sessionOf(await signInByLink(h.app, site, await tokenFrom(person, 'sign_in'), visitor()))
  const attributes = { email: `right.${person.email}` }
  await h.client.patch(`/v1/contacts/${person.contactId}`, { data: { type: 'contacts', attributes } })
  expect(await findSession(h.app, site.id, session)).toBeNull()
  expect(await choosePassword(h.app, site, 'welcome', welcome, PASSWORD, visitor())).toBeNull()
})

test('a member who must wait after wrong passwords can still request a link', async () => {
  const person = await withPassword()
  const from = visitor()
  for (let i = 0; i < 11; i++) await signIn(person.email, 'guess', from)
  expect((await signIn(person.email, PASSWORD, from)).outcome).toBe('too_many')
  expect(await requestLink(h.app, site, 'password', person.email, from)).toBe(0)
})

test('link requests by a stranger do not block those of the owner of the address', async () => {
  const person = await withPassword()
  const stranger = visitor()
  for (let i = 0; i < 5; i++)
    expect(await requestLink(h.app, site, 'sign_in', person.email, stranger)).toBe(0)
  expect(await requestLink(h.app, site, 'sign_in', person.email, stranger)).toBeGreaterThan(0)
  expect(await requestLink(h.app, site, 'sign_in', person.email, visitor())).toBe(0)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['::ffff:203.0.113.9', '::ffff:203.0.113.9'],
])('attempts from %s count for %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('an address of another contact cannot be taken', async () => {
  const [one, two] = [await withPassword(), await withPassword()]
  const member = (await findMember(h.app.db, site.id, { email: one.email }))!
  await requestEmailChange(h.app, site, member, two.email)
  expect(await confirmEmailChange(h.app, site, await tokenFrom(one, 'email_change'))).toBe('taken')
})

test('changing a password needs the current one, and signs out elsewhere', async () => {
  const person = await withPassword()
  const session = sessionOf(await signIn(person.email))
  const member = (await findSession(h.app, site.id, session))!.member
  const chosen = 'a different password'
  expect(await knowsPassword(h.app, site, member, 'guess', visitor())).toBe(false)
  expect(await knowsPassword(h.app, site, member, PASSWORD, visitor())).toBe(true)
  const next = await changePassword(h.app, site, member, chosen, visitor())
  expect(await findSession(h.app, site.id, next)).not.toBeNull()
  expect(await findSession(h.app, site.id, session)).toBeNull()
  expect((await signIn(person.email, chosen)).outcome).toBe('signed_in')
})

test.each([
  ['short', 'too_short'],
  ['1234567890', 'too_common'],
  ['Password123', 'too_common'],
  ['x'.repeat(201), 'too_long'],
  ['correct horse battery', null],
])('the strength of the password %s is %s', async (password, problem) => {
  expect(await passwordProblem(password)).toBe(problem)
})

// Last: a month later the token of the fixtures has expired as well.
test('a session is valid on one site, ends after 30 days, and everywhere when the member signs out everywhere', async () => {
  const person = await withPassword()
  const session = sessionOf(await signIn(person.email))
  expect(await findSession(h.app, '999', session)).toBeNull()
  await inTransaction(h.app.db, (tx) => endAllSessions(tx, site.id, person.customerId))
  expect(await findSession(h.app, site.id, session)).toBeNull()
  const later = sessionOf(await signIn(person.email))
  await (h.app.clock as MovableClock).advance(h.app.db, 31 * DAY)
  expect(await findSession(h.app, site.id, later)).toBeNull()
})
