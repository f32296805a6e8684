import { expect, test } from 'vitest'
import { createBareDatabase } from '../testing/harness.ts'
import { openDatabase } from './database.ts'
import { migrate, migrator } from './migrate.ts'

test('e-mails of an earlier release go on: those that wait are due, those that were rendered are shown', async () => {
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
