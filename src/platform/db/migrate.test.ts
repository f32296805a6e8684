import { expect, test } from 'vitest'
import { createBareDatabase } from '../../testing/harness.ts'
import { openDatabase } from './database.ts'
import { migrate, migrator } from './migrate.ts'

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
