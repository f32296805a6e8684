import { makeCustomField } from '../../src/testing/fixtures.ts'
import { type BenchDatabase, createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { withoutIndexes } from '../without-indexes.ts'
import { askForLists, MILLION } from './lists.ts'

/**
 * custom_1 is a text that nobody else has, custom_2 a number below 10,000, custom_3 true of half, few have custom_4, and
 * nearly all have the same custom_5.
 */
export const LISTS = [
  { key: 'p text', what: 'a text that one has', path: '/v1/contacts?filter[custom_1]=Member%20{n}' },
  {
    key: 'p contains',
    what: 'a text that contains what few have',
    path: '/v1/contacts?filter[custom_1_cont]=ber%20{n}',
  },
  { key: 'p number', what: 'a number greater than, few', path: '/v1/contacts?filter[custom_2_gt]=9990' },
  {
    key: 'p many numbers',
    what: 'a number greater than, half',
    path: '/v1/contacts?filter[custom_2_gt]=5000',
  },
  { key: 'p checkbox', what: 'a checkbox, half', path: '/v1/contacts?filter[custom_3]=true' },
  { key: 'p nearly all', what: 'a value that nearly all have', path: '/v1/contacts?filter[custom_5]=Yes' },
  { key: 'p set', what: 'a value that few have', path: '/v1/contacts?filter[custom_4_null]=false' },
  { key: 'p unset', what: 'no value, as most', path: '/v1/contacts?filter[custom_4_null]=true' },
  { key: 'p all set', what: 'no value, as none', path: '/v1/contacts?filter[custom_1_null]=true' },
  {
    key: 'p two',
    what: 'two filters, few',
    path: '/v1/contacts?filter[custom_3]=true&filter[custom_2_gt]=9990',
  },
]

/** The time to find contacts by custom fields. */
export const customFields: Figure = {
  keys: ['p'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    await fillContacts(database)
    const lists = await askForLists(database, LISTS)
    await database.drop()
    return lists
  },
}

/** A million contacts with values, without the trigger, which works row by row. */
export async function fillContacts({ app, account: { siteId } }: BenchDatabase): Promise<void> {
  const types = ['TextField', 'NumberField', 'CheckboxField', 'TextField', 'TextField'] as const
  for (const [index, type] of types.entries()) await makeCustomField(app, siteId, { number: index + 1, type })
  const run = (text: string, values: unknown[] = []) => app.pool.query(text, values)
  await withoutIndexes(app, ['contacts', 'contact_custom_values'], async () => {
    await run('alter table contacts disable trigger contacts_custom_inserted')
    await run(
      `insert into contacts (site_id, name, email, custom, created_at, updated_at)
       select $1, 'Person ' || n, 'person' || n || '@example.com',
              jsonb_strip_nulls(jsonb_build_object(
                'custom_1', 'Member ' || n, 'custom_2', (n % 10000)::text, 'custom_3', (n % 2 = 0)::text,
                'custom_4', case when n % 1000 = 0 then 'Tea' end,
                'custom_5', case when n % 1000 = 0 then 'No' else 'Yes' end)),
              now() - make_interval(secs => n), now()
         from generate_series(1, ${MILLION}) n`,
      [siteId],
    )
    await run('alter table contacts enable trigger contacts_custom_inserted')
    await run(
      `insert into contact_custom_values (site_id, contact_id, field_id, value, number)
       select c.site_id, c.id, f.id, c.custom ->> ('custom_' || f.number),
              case f.type when 'NumberField' then (c.custom ->> ('custom_' || f.number))::numeric end
         from contacts c join custom_fields f on f.site_id = c.site_id and c.custom ? ('custom_' || f.number)
        where c.site_id = $1`,
      [siteId],
    )
  })
  await run('vacuum (analyze)')
  await run('checkpoint')
}
