import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createBareDatabase, createDatabase } from '../../testing/test-database.ts'
import { openDatabase } from './database.ts'
import { isCurrent, isMigrated, migrate, migrator, unknownMigrations } from './migrate.ts'
import { orderOf } from './replace-functions.ts'

describe('a process that starts after a newer version has migrated', () => {
  const NEWER = `
    insert into kysely_migration values ('9999_newer', now()::text);
    alter table contacts add column newer text;
    update function_versions set hash = 'newer'`

  test('works, and leaves the newer functions in place', async () => {
    const { kysely, pool, close } = openDatabase(await createDatabase(), { size: 2, name: 'bestow test' })
    await pool.query(NEWER)
    expect(await isCurrent(kysely)).toBe(true)
    expect(await isMigrated(kysely)).toBe(true)
    expect(await unknownMigrations(kysely)).toEqual(['9999_newer'])
    expect(await migrate(kysely)).toEqual([])
    expect((await pool.query('select hash from function_versions')).rows).toEqual([{ hash: 'newer' }])
    await close()
  })

  test.each([
    ['99.0.0', 'newer'],
    ['0.0.1', expect.stringMatching(/^[0-9a-f]{64}$/)],
  ])('without a migration, the release decides whose functions stay: %s', async (release, hash) => {
    const { kysely, pool, close } = openDatabase(await createDatabase(), { size: 2, name: 'bestow test' })
    await pool.query(`update function_versions set hash = 'newer', release = '{${orderOf(release)}}'`)
    await migrate(kysely)
    expect((await pool.query('select hash from function_versions')).rows).toEqual([{ hash }])
    await close()
  })
})

test.each([
  ['0.9.0', '0.10.0'],
  ['1.0.0-beta.2', '1.0.0-beta.10'],
  ['1.0.0-beta.10', '1.0.0'],
  ['1.0.0', '1.0.1-beta.1'],
])('functions of %s are older than those of %s', async (older, newer) => {
  const { pool, close } = openDatabase(await createBareDatabase(), { size: 1, name: 'bestow test' })
  const { rows } = await pool.query('select $1::integer[] < $2::integer[] as older', [
    orderOf(older),
    orderOf(newer),
  ])
  expect(rows).toEqual([{ older: true }])
  await close()
})

test('a migration waits for a table in use without making requests wait, and then runs', async () => {
  const { kysely, pool, close } = openDatabase(await createBareDatabase(), { size: 4, name: 'bestow test' })
  await migrator(kysely).migrateTo('0023_attempts_of_a_person')
  const user = await pool.connect()
  await user.query('begin; select from contacts')
  const migrating = migrate(kysely)
  const waits: number[] = []
  for (const end = performance.now() + 4_500; performance.now() < end; await sleep(50)) {
    const begun = performance.now()
    await pool.query('select from contacts limit 1')
    waits.push(performance.now() - begun)
  }
  expect(Math.max(...waits)).toBeGreaterThan(500)
  expect(Math.max(...waits)).toBeLessThan(4_000)
  expect(await isMigrated(kysely)).toBe(false)
  await user.query('commit')
  user.release()
  expect((await migrating).at(-1)).toMatch(/^\d{4}_/)
  expect(await isCurrent(kysely)).toBe(true)
  await close()
})

test('functions whose text changes are replaced without an error in calls of other processes', async () => {
  const { kysely, pool, close } = openDatabase(await createDatabase(), { size: 6, name: 'bestow test' })
  const types = `select array_agg(oid::int order by oid) as oids from pg_type
                  where typname in ('offers_change', 'offers_outcome', 'new_event')`
  const before = await pool.query(types)
  let isOver = false
  const calls = Array.from({ length: 4 }, async () => {
    while (!isOver)
      await pool.query({
        name: 'change_offers',
        text: `select o.error from unnest(change_offers('{"account_id": 1}', 'contacts', 'grant', $1, now())) o`,
        values: [JSON.stringify([{ place: 1, subject_id: '1', offer_ids: ['1'], options: {} }])],
      })
  })
  for (let n = 0; n < 5; n++) {
    await pool.query(`update function_versions set hash = 'older'`)
    await migrate(kysely)
  }
  isOver = true
  await Promise.all(calls)
  expect((await pool.query(types)).rows).toEqual(before.rows)
  await close()
})

test('e-mails of an earlier release are migrated: pending ones are due, rendered ones are shown', async () => {
  const { kysely, pool, close } = openDatabase(await createBareDatabase(), { size: 2, name: 'bestow test' })
  await migrator(kysely).migrateTo('0008_consequences')
  await pool.query(
    `insert into emails (site_id, id, kind, event_id, contact_id, created_at, status, html, job_id, sending_until) values
       (1, 1, 'welcome', 1, 1, '2026-01-01', 'pending', null, gen_random_uuid(), null),
       (1, 2, 'welcome', 2, 2, '2026-01-02', 'pending', '<html>two</html>', gen_random_uuid(), '2026-01-03'),
       (1, 3, 'welcome', 3, 3, '2026-01-03', 'sent', '<html>three</html>', gen_random_uuid(), null)`,
  )
  await migrate(kysely)
  const { rows } = await pool.query(
    `select id, status, due_at::date::text as due, sending_until is not null as held, email_html(e) as html
       from emails e order by id`,
  )
  expect(rows).toEqual([
    { id: '1', status: 'pending', due: '2026-01-01', held: false, html: null },
    { id: '2', status: 'pending', due: '2026-01-02', held: true, html: '<html>two</html>' },
    { id: '3', status: 'sent', due: null, held: false, html: '<html>three</html>' },
  ])
  await close()
})

test('e-mail addresses of an earlier release are normalised, and no contact is lost', async () => {
  const { kysely, pool, close } = openDatabase(await createBareDatabase(), { size: 2, name: 'bestow test' })
  await migrator(kysely).migrateTo('0010_email_layouts')
  await pool.query(`
    insert into contacts (site_id, id, name, email, created_at, updated_at) values
      (1, 1, U&'E\\0301mile', 'kim@xn--bcher-kva.example', now(), now()),
      (1, 2, 'Ada', 'Ada@Example.com', now(), now()),
      (1, 3, 'Bob', 'bob@xn--bcher-kva.example', now(), now()),
      (1, 4, 'Bob', 'bob@bücher.example', now(), now()),
      (2, 5, 'Kim', 'kim@xn--bcher-kva.example', now(), now()),
      (1, 6, 'Jan', 'jan@example.com', now(), now());
    insert into customers (site_id, id, contact_id, name, email, created_at, updated_at)
      select site_id, id + 10, id, name, email, created_at, updated_at from contacts where id in (1, 3)`)
  await migrate(kysely)
  const { rows } = await pool.query(
    'select id, site_id, name, email from contacts union all select id, site_id, name, email from customers order by id',
  )
  expect(rows.map(({ id, site_id, name, email }) => [Number(id), Number(site_id), name, email])).toEqual([
    [1, 1, '\u00c9mile', 'kim@bücher.example'],
    [2, 1, 'Ada', 'ada@example.com'],
    // Another contact has this address in another spelling.
    [3, 1, 'Bob', 'bob@xn--bcher-kva.example'],
    [4, 1, 'Bob', 'bob@bücher.example'],
    [5, 2, 'Kim', 'kim@bücher.example'],
    [6, 1, 'Jan', 'jan@example.com'],
    [11, 1, '\u00c9mile', 'kim@bücher.example'],
    [13, 1, 'Bob', 'bob@xn--bcher-kva.example'],
  ])
  await expect(
    pool.query(
      `insert into contacts (site_id, id, email, created_at, updated_at) values (1, 7, 'kim@bücher.example', now(), now())`,
    ),
  ).rejects.toThrow('contacts_email')
  await close()
})

test('the three custom columns of an earlier release become fields of every site, with their values on one line', async () => {
  const { kysely, pool, close } = openDatabase(await createBareDatabase(), { size: 2, name: 'bestow test' })
  await migrator(kysely).migrateTo('0023_attempts_of_a_person')
  await pool.query(`
    insert into accounts (id, name, created_at) values (1, 'Account', now());
    insert into sites (id, account_id, title, subdomain, created_at, updated_at)
      select n, 1, 'Site ' || n, 'site' || n, now(), now() from generate_series(1, 2) n;
    insert into contacts (site_id, id, email, custom_1, custom_3, created_at, updated_at) values
      (1, 1, 'ada@example.com', E'Red "wine"\\nand cheese', repeat('long ', 200), now(), now()),
      (1, 2, 'bob@example.com', null, null, now(), now())`)
  await migrate(kysely)
  const fields = await pool.query(
    'select site_id, number, type, archived_at from custom_fields order by 1, 2',
  )
  expect(fields.rows).toEqual(
    ['1', '2'].flatMap((site_id) =>
      [1, 2, 3].map((number) => ({ site_id, number, type: 'TextField', archived_at: null })),
    ),
  )
  const custom = { custom_1: 'Red "wine" and cheese', custom_3: 'long '.repeat(200) }
  const contacts = await pool.query('select id, custom from contacts order by id')
  expect(contacts.rows).toEqual([
    { id: '1', custom },
    { id: '2', custom: {} },
  ])
  const searched = await pool.query(
    `select v.contact_id, f.number, v.value from contact_custom_values v join custom_fields f on f.id = v.field_id order by 2`,
  )
  expect(searched.rows).toEqual([
    { contact_id: '1', number: 1, value: custom.custom_1 },
    { contact_id: '1', number: 3, value: custom.custom_3 },
  ])
  await close()
})

test('courses of an earlier release keep their order, pictures and downloads; titles become unique in a course', async () => {
  const { kysely, pool, close } = openDatabase(await createBareDatabase(), { size: 2, name: 'bestow test' })
  await migrator(kysely).migrateTo('0023_attempts_of_a_person')
  await pool.query(`
    insert into accounts (id, name, created_at) values (1, 'Account', now());
    insert into sites (id, account_id, title, subdomain, created_at, updated_at) values (1, 1, 'Site', 'site', now(), now());
    insert into products (site_id, id, title, created_at, updated_at)
      values (1, 1, 'One', '2026-01-01', now()), (1, 2, 'Two', '2026-01-02', now());
    insert into course_modules (site_id, id, product_id, title, position)
      values (1, 1, 1, 'Colour', 1), (1, 2, 1, 'COLOUR', 0), (1, 3, 2, 'Colour', 0);
    insert into course_lessons (site_id, id, module_id, title, body, position, picture_url, picture_alt, download_url)
      values (1, 1, 1, 'Blue', 'Text', 0, 'https://example.com/blue.jpg', 'Blue', 'https://example.com/blue.pdf'),
             (1, 2, 1, 'Red', '', 1, null, '', null)`)
  await migrate(kysely)
  const { rows: modules } = await pool.query(
    `select title, publishing_option, created_at::date::text as created from course_modules order by product_id, position`,
  )
  expect(modules).toEqual([
    { title: 'COLOUR (2)', publishing_option: 'published', created: '2026-01-01' },
    { title: 'Colour', publishing_option: 'published', created: '2026-01-01' },
    { title: 'Colour', publishing_option: 'published', created: '2026-01-02' },
  ])
  const { rows: media } = await pool.query(
    'select lesson_id, kind, title, url from lesson_media order by lesson_id, position',
  )
  expect(media).toEqual([
    { lesson_id: '1', kind: 'image', title: 'Blue', url: 'https://example.com/blue.jpg' },
    { lesson_id: '1', kind: 'file', title: null, url: 'https://example.com/blue.pdf' },
  ])
  await close()
})
