import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../../platform/db/database.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { asOperator, updateRecord } from '../../platform/records/records.ts'
import { makeAccount, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { siteRecords } from './sites.resource.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function update(id: string, changes: Values, app = h.app, siteIds = [h.account.siteId]): Promise<void> {
  await inTransaction(h.app.db, async (tx) => {
    const row = await lockOne(tx, siteRecords, siteIds, id)
    await updateRecord(asOperator(app, tx, h.account.id, siteIds), siteRecords, row, changes)
  })
}

test('updating a site sets its colour, domain and confirmation setting, and nothing else', async () => {
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

test.each<[string, Values]>([
  ['a blank title', { title: ' ' }],
  ['a colour by name', { color: 'green' }],
  ['a logo that is not https', { logo_url: 'http://example.com/logo.png' }],
  ['a domain with a port', { custom_domain: 'members.example.org:8443' }],
  ['a domain with a path', { custom_domain: 'example.com/members' }],
])('%s is refused', async (_what, changes) => {
  await expect(update(h.account.siteId, changes)).rejects.toMatchObject({ status: 422 })
})

test('a domain belongs to one site; a site of another account is not found', async () => {
  const other = await makeSite(h.app, h.account)
  await update(h.account.siteId, { custom_domain: 'one.example.com' })
  const taken = update(other, { custom_domain: 'one.example.com' }, h.app, [h.account.siteId, other])
  await expect(taken).rejects.toMatchObject({ status: 422, code: 'taken' })
  const stranger = await makeAccount(h.app)
  await expect(update(stranger.siteId, { title: 'Mine now' })).rejects.toMatchObject({ status: 404 })
})

test.each(['bestow.example.net', 'BESTOW.Example.NET', 'bestow.example.net.', 'ｂestow.example.net'])(
  'the server’s own host is refused for a site: %s',
  async (custom_domain) => {
    const app = { ...h.app, publicUrl: 'https://bestow.example.net:8443' }
    const refused = update(h.account.siteId, { custom_domain }, app)
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'reserved' })
  },
)

test.each(['bücher.example.net', 'xn--bcher-kva.example.net'])(
  'the server’s own host is recognised in either spelling: %s',
  async (custom_domain) => {
    for (const publicUrl of ['https://bücher.example.net', 'https://xn--bcher-kva.example.net']) {
      const refused = update(h.account.siteId, { custom_domain }, { ...h.app, publicUrl })
      await expect(refused).rejects.toMatchObject({ status: 422, code: 'reserved' })
    }
  },
)

test.each([
  ['localhost', 'invalid'],
  ['other.localhost', 'reserved'],
  ['127.0.0.1', 'invalid'],
])('an address of this machine is refused for a site: %s', async (custom_domain, code) => {
  await expect(update(h.account.siteId, { custom_domain })).rejects.toMatchObject({ status: 422, code })
})

test('an international domain is kept as browsers send it', async () => {
  await update(h.account.siteId, { custom_domain: 'Mitglieder.Bücher.example.' })
  const { custom_domain } = await h.app.db
    .selectFrom('sites')
    .select('custom_domain')
    .where('id', '=', h.account.siteId)
    .executeTakeFirstOrThrow()
  expect(custom_domain).toBe('mitglieder.xn--bcher-kva.example')
})
