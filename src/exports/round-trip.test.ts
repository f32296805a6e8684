import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../testing/client.ts'
import { makeAccount, makeContact, makeCustomField, makeSite } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { runImport } from '../testing/imports.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

/** An account in which there is nothing. */
const emptyAccount = async (): Promise<Client> => h.clientWith((await makeAccount(h.app)).token)

const exported = async (client: Client, kind: string): Promise<string> =>
  (await client.get(`/v1/exports?kind=${kind}`)).body

const FILE = [
  'Name,Email,ID,Member ID,Products,Tags,Created At,Member Created At,Last Activity,Phone Number (phone_number),Song (custom_4),Essay (custom_12),Subscribed,Business Number (business_number)',
  'Ada Lovelace,ada@example.com,2147000001,99001,"""Clay, for beginners"", Glazing","VIP, ""Early, bird"", ""x""",2020-11-05 11:10:44 -0700,2021-01-01 00:00:00 UTC,2022-01-01,+1 212 555 0100,=SUM(1),"line 1\nline 2",true,NL1',
  "'=HYPERLINK(1),grace@example.com,,,,,,,,-5,'+x,,false,",
  ',nobody@example.com,2147000002,99002,,,,,,,"a; ""b"", c",,,',
].join('\n')

test('contacts that are exported, imported into an empty account and exported again are the same file', async () => {
  const [first, second] = [await emptyAccount(), await emptyAccount()]
  const imported = await runImport(h, FILE, {}, first)
  expect(imported.job).toMatchObject({ counts: { created: 3 }, findings: { left_out: [] } })
  const file = await exported(first, 'contacts')
  expect(file.split('\r\n')[0]).toBe(
    'Name,First Name,Last Name,Email,ID,Member ID,Products,Tags,Created At,Member Created At,Last Activity,Phone Number (phone_number),Mobile Phone Number (mobile_phone_number),Address (address_line_1),Address Line 2 (address_line_2),City (address_city),State (address_state),Country (address_country),Zip Code (address_zip),Song (custom_4),Essay (custom_12),Business Number (business_number),Subscribed (subscribed)',
  )
  expect(file).toContain(
    'Ada Lovelace,Ada,Lovelace,ada@example.com,2147000001,99001,"""Clay, for beginners"", Glazing","""Early, bird"", VIP, x",2020-11-05 18:10:44 +0000,2021-01-01 00:00:00 +0000,2022-01-01 00:00:00 +0000,\'+1 212 555 0100',
  )
  // Nothing was lost on the way into the file.
  expect(file).toContain('nobody@example.com,2147000002,99002')
  const again = await runImport(h, file, {}, second)
  expect(again.job).toMatchObject({
    counts: { created: 3 },
    rejected: 0,
    findings: { left_out: [] },
  })
  expect(await exported(second, 'contacts')).toBe(file)
  // And into the account that they are from, nothing changes.
  expect((await runImport(h, file, {}, first)).job.counts).toEqual({ unchanged: 3 })
})

test('JSON Lines have each resource as the API shows it, without links', async () => {
  const client = await emptyAccount()
  await runImport(h, 'Email,Tags\na@example.com,One\nb@example.com,\n', {}, client)
  const { body } = await client.get('/v1/exports?kind=contacts&format=jsonl')
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  const shown = await Promise.all(
    lines.map(async ({ id }: { id: string }) => {
      const { links: _, ...data } = (await client.get(`/v1/contacts/${id}`)).body.data
      return data
    }),
  )
  expect(lines).toMatchObject(shown.map(({ id, type, attributes }) => ({ id, type, attributes })))
  expect(lines).toHaveLength(2)
})

test('JSON Lines are those of all sites, each with its own custom fields', async () => {
  const account = await makeAccount(h.app)
  const client = h.clientWith(account.token)
  const second = await makeSite(h.app, account)
  await makeCustomField(h.app, second, { number: 7 })
  for (const siteId of [account.siteId, second]) await makeContact(h.app, siteId)
  const { status, body } = await client.get('/v1/exports?kind=contacts&format=jsonl')
  expect(status).toBe(200)
  const lines: string[] = body.trimEnd().split('\n')
  const hasField = lines.map((line) => 'custom_7' in JSON.parse(line).attributes)
  expect(hasField).toEqual([false, true])
  const one = await client.get(`/v1/exports?kind=contacts&format=jsonl&filter[site_id]=${second}`)
  expect(one.body).toBe(`${lines[1]}\n`)
})

test('what cannot be exported is refused with what can', async () => {
  for (const query of ['kind=shades', 'format=xml', 'kind=offers&format=csv']) {
    const { status, body } = await h.client.get(`/v1/exports?${query}`)
    expect([query, status, body.errors[0].detail]).toEqual([
      query,
      400,
      expect.stringContaining('must be one of'),
    ])
  }
})
