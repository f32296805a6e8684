import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../db/database.ts'
import { makeAccount, makeSite } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { type SiteChanges, updateSite } from './update-site.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

const update = (id: string, changes: SiteChanges) =>
  inTransaction(h.app.db, (tx) => updateSite(tx, [h.account.siteId], id, changes, h.app.clock.now()))

test('a site takes a colour, a domain and its way with confirmations, and leaves the rest', async () => {
  await update(h.account.siteId, {
    color: '#123abc',
    custom_domain: 'Members.Example.com',
    send_offer_grant_email: true,
    automation_emails_per_hour: 50,
  })
  const site = await h.app.db
    .selectFrom('sites')
    .selectAll()
    .where('id', '=', h.account.siteId)
    .executeTakeFirstOrThrow()
  expect(site).toMatchObject({
    color: '#123abc',
    custom_domain: 'members.example.com',
    send_offer_grant_email: true,
    automation_emails_per_hour: 50,
  })
  expect(site.title).toMatch(/^Site/)
})

test.each<[string, SiteChanges]>([
  ['a blank title', { title: ' ' }],
  ['a colour by name', { color: 'green' }],
  ['a logo that is not https', { logo_url: 'http://example.com/logo.png' }],
  ['a domain with a path', { custom_domain: 'example.com/members' }],
])('%s is refused', async (_what, changes) => {
  await expect(update(h.account.siteId, changes)).rejects.toMatchObject({ status: 422 })
})

test('a domain belongs to one site, and a site of another account is none', async () => {
  const other = await makeSite(h.app, h.account)
  await update(h.account.siteId, { custom_domain: 'one.example.com' })
  const taken = inTransaction(h.app.db, (tx) =>
    updateSite(tx, [h.account.siteId, other], other, { custom_domain: 'one.example.com' }, h.app.clock.now()),
  )
  await expect(taken).rejects.toMatchObject({ status: 422, code: 'taken' })
  const stranger = await makeAccount(h.app)
  await expect(update(stranger.siteId, { title: 'Mine now' })).rejects.toMatchObject({ status: 404 })
})
