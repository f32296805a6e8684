import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../../testing/client.ts'
import { type Account, makeAccount, makeKey, makeSite } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'

let h: Harness
let account: Account
let client: Client
let second: string
beforeAll(async () => {
  h = await startHarness()
  account = await makeAccount(h.app)
  client = h.clientWith(account.token)
  second = await makeSite(h.app, account)
  const named = { title: 'Northlight Studio', subdomain: 'northlight' }
  await h.app.db.updateTable('sites').set(named).where('id', '=', second).execute()
})
afterAll(() => h.close())

const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id)

test('an account can list its sites, newest first, and show each of them', async () => {
  const { body } = await client.get('/v1/sites')
  expect(ids(body)).toEqual([second, account.siteId])
  const { body: one } = await client.get(`/v1/sites/${second}`)
  expect(one.data).toEqual(body.data[0])
  expect(one.data.attributes).toMatchObject({ title: 'Northlight Studio', subdomain: 'northlight' })
  expect(one.links.self).toBe(`${h.url}/v1/sites/${second}`)
})

test.each([
  ['filter[title_cont]=LIGHT', true],
  ['filter[subdomain_cont]=north', true],
  ['filter[title_cont]=nowhere', false],
])('%s', async (filter, found) => {
  expect(ids((await client.get(`/v1/sites?${filter}`)).body)).toEqual(found ? [second] : [])
})

test.each(['title', 'subdomain', 'created_at'])('sites are sorted by %s in both directions', async (sort) => {
  const ascending = ids((await client.get(`/v1/sites?sort=${sort}`)).body)
  expect(ascending).toHaveLength(2)
  expect(ids((await client.get(`/v1/sites?sort=-${sort}`)).body)).toEqual(ascending.toReversed())
})

test('who may change the look of a site needs another permission for its addresses and senders', async () => {
  const { token } = await makeKey(h.app, account, ['view:sites', 'manage:sites'])
  const id = second
  const change = (attributes: object) =>
    h.clientWith(token).patch(`/v1/sites/${id}`, { data: { type: 'sites', id, attributes } })
  expect((await change({ title: 'Northlight', color: '#1f6f5c' })).status).toBe(200)
  for (const attributes of [
    { subdomain: 'elsewhere' },
    { custom_domain: 'members.example.com' },
    { sender_name: 'Jo' },
    { sender_email: 'jo@example.com' },
    { reply_to_email: 'jo@example.com' },
  ]) {
    const { status, body } = await change(attributes)
    const [name] = Object.keys(attributes)
    expect([status, body.errors[0].source.pointer]).toEqual([403, `/data/attributes/${name}`])
    expect(body.errors[0].detail).toContain('configure:sites')
  }
})
