import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeContact, makeOffer, makeProduct, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { recordStatements, type Statement } from '../../testing/statements.ts'

let h: Harness
let statements: Statement[]

/** A hundred contacts, each a customer with two of ten offers and a tag of its own. */
beforeAll(async () => {
  h = await startHarness()
  const { siteId: site_id } = h.account
  const offers: string[] = []
  for (let n = 0; n < 10; n++) {
    offers.push(await makeOffer(h.app, site_id, { productIds: [await makeProduct(h.app, site_id)] }))
  }
  const now = new Date()
  for (let n = 0; n < 100; n++) {
    const contact_id = await makeContact(h.app, site_id)
    const held = [offers[n % 10]!, offers[(n + 3) % 10]!]
    await h.client.post(`/v1/contacts/${contact_id}/relationships/offers`, offersBody(held))
    const { id: tag_id } = await h.app.db
      .insertInto('contact_tags')
      .values({ site_id, name: `Tag ${n}`, created_at: now, updated_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await h.app.db
      .insertInto('taggings')
      .values({ site_id, contact_id, tag_id, tagged_at: now, tagged_by: 'test' })
      .execute()
  }
  statements = recordStatements(h.app.pool)
})
afterAll(() => h.close())

async function queriesOf(path: string): Promise<{ count: number; shown: number; included: number }> {
  statements.length = 0
  const { status, body } = await h.client.get(path)
  expect(status).toBe(200)
  return { count: statements.length, shown: body.data.length, included: body.included.length }
}

describe('a list takes as many queries for 100 rows as for 10', () => {
  test.each([
    ['/v1/contacts?include=customer,offers,tags,site', 11],
    ['/v1/customers?include=contact,offers,products,site', 11],
    ['/v1/contacts?include=customer.offers.products', 11],
  ])('%s', async (path, most) => {
    const few = await queriesOf(`${path}&page[size]=10`)
    const many = await queriesOf(`${path}&page[size]=100`)
    expect([few.shown, many.shown]).toEqual([10, 100])
    expect(many.included).toBeGreaterThanOrEqual(100)
    expect(many.count).toBe(few.count)
    expect(many.count).toBeGreaterThan(1)
    expect(many.count).toBeLessThanOrEqual(most)
  })
})

test('a grant is one statement', async () => {
  const { body } = await h.client.get('/v1/contacts?page[size]=1')
  const path = `/v1/contacts/${body.data[0].id}/relationships/offers`
  const offer = await makeOffer(h.app, h.account.siteId)
  statements.length = 0
  expect((await h.client.post(path, offersBody([offer]), { 'idempotency-key': 'one' })).status).toBe(200)
  expect(statements.map(({ text }) => text)).toEqual([expect.stringContaining('change_offers')])
})
