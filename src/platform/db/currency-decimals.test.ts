import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { decimalsOf } from '../text/money.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('the database and JavaScript count the decimals of every currency alike', async () => {
  const currencies = Intl.supportedValuesOf('currency')
  const { rows } = await sql<{ code: string; decimals: number }>`
    select code, currency_decimals(code) as decimals from unnest(${currencies}::text[]) code`.execute(
    h.app.db,
  )
  expect(rows).toEqual(currencies.map((code) => ({ code, decimals: decimalsOf(code) })))
})

test('amounts in units: yen have no decimals, Kuwaiti dinars three, forints two', async () => {
  const { rows } = await sql<{ units: string[] }>`
    select array[in_units(1000, 'JPY'), in_units(5120, 'KWD'), in_units(1000, 'HUF'), in_units(-1999, 'USD')]::float[]::text[] as units`.execute(
    h.app.db,
  )
  expect(rows[0]!.units).toEqual(['1000', '5.12', '10', '-19.99'])
})
