/** E-mails that notify members of changes of their account, in case another person made them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeContact, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { changePassword, confirmEmailChange, requestEmailChange } from './account.ts'
import { findMember, findSite, type Member, type MemberSite } from './member.ts'
import { choosePassword, type Visitor } from './sign-in.ts'

let h: Harness
let site: MemberSite
beforeAll(async () => {
  h = await startHarness()
  const { subdomain } = await h.app.db.selectFrom('sites').select('subdomain').executeTakeFirstOrThrow()
  site = (await findSite(h.app.db, subdomain))!
})
afterAll(() => h.close())

const visitor: Visitor = { source: 'test', session: null, language: 'en' }

async function customer(): Promise<{ contactId: string; email: string }> {
  const email = `member${unique()}@example.com`
  const contactId = await makeContact(h.app, site.id, { email })
  const offerId = await makeOffer(h.app, site.id)
  await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  return { contactId, email }
}

/** A member who has set a password with the link of the welcome e-mail. */
async function member(): Promise<Member> {
  const { contactId, email } = await customer()
  await choosePassword(h.app, site, 'welcome', await token(contactId, 'welcome'), 'a long password', visitor)
  return (await findMember(h.app.db, site.id, { email }))!
}

async function token(contactId: string, kind: string): Promise<string> {
  const email = (await emailsTo(contactId)).findLast((one) => one.kind === kind)
  return /\/s\/[^/]+\/[a-z-]+\/([\w-]+)/.exec(email!.text!)![1]!
}

async function emailsTo(contactId: string) {
  await h.drain()
  return h.app.db
    .selectFrom('emails')
    .select(['kind', 'to_email', 'text'])
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .execute()
}

const noticesTo = async (contactId: string) =>
  (await emailsTo(contactId))
    .filter(({ kind }) => /ed$/.test(kind))
    .map(({ kind, to_email }) => [kind, to_email])

const rename = (contactId: string, email: string) =>
  h.client.patch(`/v1/contacts/${contactId}`, {
    data: { type: 'contacts', id: contactId, attributes: { email } },
  })

test('the member is notified of a changed password, with a link to set a new one; not of the first password', async () => {
  const { contactId, ...rest } = await member()
  expect(await noticesTo(contactId)).toEqual([])
  await changePassword(h.app, site, { contactId, ...rest }, 'another long password', visitor)
  expect(await noticesTo(contactId)).toEqual([['password_changed', rest.email]])
  const { text } = (await emailsTo(contactId)).at(-1)!
  expect(text).toContain(`/s/${site.subdomain}/request-link?purpose=password\n`)
})

test('both the new and the previous address are notified of a changed address', async () => {
  const before = await member()
  const to = `new${unique()}@example.com`
  await requestEmailChange(h.app, site, before, to)
  await confirmEmailChange(h.app, site, await token(before.contactId, 'email_change'))
  expect(await noticesTo(before.contactId)).toEqual([
    ['email_changed', to],
    ['email_removed', before.email],
  ])
})

test('after two changes before the first e-mail is rendered, each of the three addresses is notified', async () => {
  const { contactId, email } = await member()
  const [second, third] = [`second${unique()}@example.com`, `third${unique()}@example.com`]
  await rename(contactId, second)
  await rename(contactId, third)
  expect(await noticesTo(contactId)).toEqual([
    ['email_changed', third],
    ['email_removed', email],
    ['email_changed', third],
    ['email_removed', second],
  ])
})

test('the previous address is not notified when the member never signed in', async () => {
  const { contactId } = await customer()
  await rename(contactId, `correct${unique()}@example.com`)
  expect(await noticesTo(contactId)).toEqual([])
})

test('the same address in another letter case is not a change', async () => {
  const { contactId, email } = await member()
  await rename(contactId, email.toUpperCase())
  expect(await noticesTo(contactId)).toEqual([])
})

test('the previous address of a deleted contact is erased', async () => {
  const { contactId } = await member()
  await rename(contactId, `new${unique()}@example.com`)
  await h.client.delete(`/v1/contacts/${contactId}`)
  const events = await h.app.db
    .selectFrom('events')
    .select('data')
    .where('contact_id', '=', contactId)
    .where('type', '=', 'email_changed')
    .execute()
  expect(events).toEqual([{ data: {} }])
})
