import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rotateApiKey } from '../accounts/api-keys/api-keys.ts'
import { cleanUp } from '../operations/clean-up.ts'
import type { MovableClock } from '../platform/clock/clock.ts'
import { inTransaction } from '../platform/db/database.ts'
import { makeTag } from '../testing/automations.ts'
import { bulkBody, processBulk, rowsOf, runBulk } from '../testing/bulk.ts'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { recordStatements } from '../testing/statements.ts'
import { bulkGrants } from './kinds/grants.ts'
import { bulkTask } from './process-jobs.ts'

let h: Harness
let offer: string
beforeAll(async () => {
  h = await startHarness()
  offer = await makeOffer(h.app, h.account.siteId)
})
afterAll(() => h.close())

const newContact = () => makeContact(h.app, h.account.siteId)
const people = (length: number) => Array.from({ length }, () => ({ email: `many${unique()}@example.com` }))
const granting = (rows: object[]) =>
  bulkBody({ rows }, { offer_ids: [offer], send_customer_welcome_email: false })
const create = async (rows: object[], client = h.client): Promise<string> =>
  (await client.post('/v1/bulk/grants', granting(rows))).body.data.id
const show = async (id: string) => (await h.client.get(`/v1/bulk_jobs/${id}`)).body.data.attributes
const batch = () => bulkTask.run(h.app, () => {})

test('a job is processed in batches; it can be cancelled between them, and continued', async () => {
  const id = await create(people(450))
  await batch()
  expect(await show(id)).toMatchObject({ status: 'running', done: 200, progress: 44, finished_at: null })
  const cancelled = await h.client.post(`/v1/bulk_jobs/${id}/cancel`)
  expect(cancelled.body.data.attributes).toMatchObject({
    status: 'cancelled',
    reason: 'cancelled',
    done: 200,
  })
  expect(await batch()).toBe(0)
  expect((await h.client.post(`/v1/bulk_jobs/${id}/cancel`)).body.errors[0].code).toBe('job_ended')
  const statuses = (await rowsOf(h.client, id)).map(({ status }) => status)
  expect(statuses).toEqual([...Array(200).fill('granted'), ...Array(250).fill('pending')])
  expect((await h.client.post(`/v1/bulk_jobs/${id}/retry`)).body.data.attributes.status).toBe('pending')
  await processBulk(h)
  expect(await show(id)).toMatchObject({ status: 'completed', reason: null, counts: { granted: 450 } })
  const again = await h.client.post(`/v1/bulk_jobs/${id}/retry`)
  expect([again.status, again.body.errors[0].code]).toEqual([409, 'nothing_to_retry'])
})

test('jobs take every other batch, so that a small one does not wait for a large one', async () => {
  const [large, small] = [await create(people(600)), await create(people(5))]
  await batch()
  await batch()
  expect([(await show(large)).status, (await show(small)).status]).toEqual(['running', 'completed'])
  await processBulk(h)
})

test('two workers process two jobs about the same people at once: nobody holds an offer twice', async () => {
  const rows = people(400)
  const ids = [await create(rows), await create(rows.toReversed())]
  const work = async () => {
    while ((await batch()) > 0);
  }
  await Promise.all([work(), work()])
  await processBulk(h)
  const counts = await Promise.all(ids.map(async (id) => (await show(id)).counts))
  const total = (status: string) => counts.reduce((sum, one) => sum + (one[status] ?? 0), 0)
  expect([total('granted'), total('already_granted')]).toEqual([400, 400])
})

test('a batch that fails is processed one by one: an unexpected error is that of its row alone', async () => {
  const id = await create(people(3))
  const { rows } = await h.app.pool.query('select id from bulk_job_rows where job_id = $1 order by id', [id])
  await h.app.pool.query(`update bulk_job_rows set settings = '{"offer_ids": ["x"]}' where id = $1`, [
    rows[1].id,
  ])
  await processBulk(h)
  const shown = await rowsOf(h.client, id)
  expect(shown.map(({ status, code }) => [status, code])).toEqual([
    ['granted', null],
    ['failed', 'internal_error'],
    ['granted', null],
  ])
})

test('a row costs a fraction of a statement', async () => {
  const id = await create(people(200))
  const statements = recordStatements(h.app.pool)
  await batch()
  const count = statements.length
  expect((await show(id)).done).toBe(200)
  expect(count).toBeGreaterThan(5)
  expect(count).toBeLessThan(25)
})

describe('permissions', () => {
  const needed = ['bulk:grants', 'manage:grants', 'manage:contacts']

  test('a job takes those of its rows, too', async () => {
    for (const lacking of needed) {
      const { token } = await makeKey(
        h.app,
        h.account,
        needed.filter((one) => one !== lacking),
      )
      const { status, body } = await h.clientWith(token).post('/v1/bulk/grants', granting(people(1)))
      expect([status, body.errors[0].detail]).toEqual([403, expect.stringContaining(lacking)])
    }
    const { token } = await makeKey(h.app, h.account, ['bulk:grants', 'manage:grants'])
    const body = bulkBody({ rows: people(1) }, { offer_ids: [offer], create_contacts: false })
    expect((await h.clientWith(token).post('/v1/bulk/grants', body)).status).toBe(202)
    await processBulk(h)
  })

  test('a job of a key that was rotated stops, and whoever may can continue it', async () => {
    const key = await makeKey(h.app, h.account, needed)
    const id = await create(people(300), h.clientWith(key.token))
    await batch()
    await inTransaction(h.app.db, (tx) => rotateApiKey(tx, h.account.id, key.id, h.app.clock.now()))
    await processBulk(h)
    expect(await show(id)).toMatchObject({ status: 'cancelled', reason: 'permission_lost', done: 200 })
    const viewer = await makeKey(h.app, h.account, ['manage:bulk_jobs'])
    expect((await h.clientWith(viewer.token).post(`/v1/bulk_jobs/${id}/retry`)).status).toBe(403)
    await h.client.post(`/v1/bulk_jobs/${id}/retry`)
    await processBulk(h)
    expect(await show(id)).toMatchObject({ status: 'completed', counts: { granted: 300 } })
  })
})

describe('revocations', () => {
  test('each row says whether the offer was held', async () => {
    const [holder, other] = [await newContact(), await newContact()]
    await h.client.post(`/v1/contacts/${holder}/relationships/offers`, offersBody([offer]))
    const rows = [{ contact_id: holder }, { contact_id: other }, { email: 'unknown@example.com' }]
    const dry = await h.client.post(
      '/v1/bulk/revocations?dry_run=true',
      bulkBody({ rows }, { offer_ids: [offer] }),
    )
    const done = await runBulk(h, 'revocations', { rows }, { offer_ids: [offer] })
    expect(done.rows.map(({ status }) => status)).toEqual(['revoked', 'not_held', 'failed'])
    expect(done.rows[0]!.result).toEqual({ revoked: [offer] })
    expect(dry.body.meta.counts).toEqual(done.job.counts)
    const named = await h.client.post(
      '/v1/bulk/revocations',
      bulkBody({ rows: [{ ...rows[0], name: 'Ada' }] }, { offer_ids: [offer] }),
    )
    expect(named.body.errors[0].source.pointer).toBe('/data/attributes/rows/0/name')
  })
})

describe('tags', () => {
  test('are added and removed, and each row says what has changed', async () => {
    const [one, two] = [await makeTag(h.app, h.account.siteId), await makeTag(h.app, h.account.siteId)]
    const [ada, grace] = [await newContact(), await newContact()]
    await h.client.post(`/v1/contacts/${ada}/relationships/tags`, {
      data: [{ type: 'contact_tags', id: two }],
    })
    const rows = [{ contact_id: ada, remove_tag_ids: [two] }, { contact_id: grace }, { contact_id: grace }]
    const meta = { add_tag_ids: [one] }
    const dry = await h.client.post('/v1/bulk/tags?dry_run=true', bulkBody({ rows: rows.slice(0, 2) }, meta))
    expect(dry.body.meta.counts).toEqual({ changed: 2 })
    const done = await runBulk(h, 'tags', { rows }, meta)
    expect(done.rows.map(({ status, result }) => [status, result])).toEqual([
      ['changed', { added: [one], removed: [two] }],
      ['changed', { added: [one], removed: [] }],
      ['unchanged', { added: [], removed: [] }],
    ])
    const both = await h.client.post(
      '/v1/bulk/tags',
      bulkBody({ rows: [{ contact_id: ada }] }, { ...meta, remove_tag_ids: [one] }),
    )
    expect(both.body.errors[0].detail).toContain(`both adds and removes the tag ${one}`)
  })
})

describe('deleting a contact', () => {
  test('erases it from rows; one that is pending fails, and does not create the contact again', async () => {
    const email = `erased${unique()}@example.com`
    const id = await makeContact(h.app, h.account.siteId, { email })
    const done = await create([{ email, name: 'Erasable' }])
    await processBulk(h)
    const waiting = await create([{ email, name: 'Erasable' }, { contact_id: id }])
    await h.client.delete(`/v1/contacts/${id}`)
    await processBulk(h)
    expect((await rowsOf(h.client, done))[0]).toMatchObject({ status: 'granted', email: null, contactId: id })
    for (const row of await rowsOf(h.client, waiting))
      expect(row).toMatchObject({ status: 'failed', detail: 'The contact was deleted.', email: null })
    const { rows } = await h.app.pool.query(
      `select (select count(*)::int from contacts where email = $1) as contacts,
              (select count(*)::int from bulk_job_rows r where r::text like '%' || $1 || '%' or r.name = 'Erasable') as found`,
      [email],
    )
    expect(rows[0]).toEqual({ contacts: 0, found: 0 })
  })
})

test('finished jobs are removed with their rows after KEEP_BULK_JOBS_DAYS; others stay', async () => {
  const kept = await create(people(1))
  const { id } = await runBulk(h, 'grants', { rows: people(2) }, { offer_ids: [offer] })
  const open = await create(people(1))
  await h.app.pool.query(`update bulk_jobs set finished_at = now() - interval '31 days' where id = $1`, [id])
  while ((await cleanUp(h.app, [])) > 0);
  expect((await h.client.get(`/v1/bulk_jobs/${id}`)).status).toBe(404)
  for (const other of [kept, open]) expect((await h.client.get(`/v1/bulk_jobs/${other}`)).status).toBe(200)
  const { rows } = await h.app.pool.query('select from bulk_job_rows where job_id = $1', [id])
  expect(rows).toEqual([])
})

test('a job runs while the clock is moved', async () => {
  const id = await create(people(1))
  await (h.app.clock as MovableClock).advance(h.app.db, 86_400_000)
  await h.drain()
  expect(await show(id)).toMatchObject({ status: 'completed' })
})

test('planted fault: without the outcome in the transaction of the grant, a repeated batch extends access twice', async () => {
  const renewable = await makeOffer(h.app, h.account.siteId, { access_days: 30 })
  const [{ email }] = people(1) as [{ email: string }]
  const rows = [{ email }]
  const meta = { offer_ids: [renewable], renew: 'extend' }
  await runBulk(h, 'grants', { rows }, meta)
  const days = async () => {
    const found = await h.app.pool.query(
      'select extract(day from expires_at - starts_at)::int as days from offer_grants where offer_id = $1',
      [renewable],
    )
    return found.rows[0].days
  }
  const interrupted = await h.client.post('/v1/bulk/grants', bulkBody({ rows }, meta))
  const { perform } = bulkGrants
  const failOnce = async (...args: Parameters<typeof perform>) => {
    await perform.apply(bulkGrants, args)
    bulkGrants.perform = perform
    throw Object.assign(new Error('connection terminated unexpectedly'), { code: '08006' })
  }
  bulkGrants.perform = failOnce
  await expect(batch()).rejects.toThrow('terminated')
  await processBulk(h)
  expect(await days()).toBe(60)
  expect((await rowsOf(h.client, interrupted.body.data.id))[0]!.status).toBe('renewed')
  await h.app.pool.query(`update bulk_job_rows set status = 'pending' where job_id = $1`, [
    interrupted.body.data.id,
  ])
  await h.app.pool.query(`update bulk_jobs set status = 'running', done = 0 where id = $1`, [
    interrupted.body.data.id,
  ])
  await processBulk(h)
  expect(await days()).toBe(90)
})

describe('a dry run', () => {
  test('tries the first 10,000 contacts of a filter, and counts no others', {
    timeout: 120_000,
  }, async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith((await makeKey(h.app, account, null)).token)
    const now = h.app.clock.now()
    await sql`
      insert into contacts (site_id, name, email, created_at, updated_at)
      select ${account.siteId}, 'Of many', 'of-many-' || n || '@example.com', ${now}, ${now}
        from generate_series(1, 10001) n`.execute(h.app.db)
    const offerId = await makeOffer(h.app, account.siteId)
    const body = bulkBody({ filter: { name_contains: 'Of many' } }, { offer_ids: [offerId] })
    const dry = await client.post('/v1/bulk/revocations?dry_run=true', body)
    expect(dry.body.meta).toMatchObject({ total: 10_001, tried: 10_000, counts: { not_held: 10_000 } })
  })

  test('tries more than 500 rows about one contact 500 at a time', { timeout: 120_000 }, async () => {
    const tag = await makeTag(h.app, h.account.siteId)
    const contact_id = await newContact()
    const rows = Array.from({ length: 501 }, () => ({ contact_id }))
    const dry = await h.client.post('/v1/bulk/tags?dry_run=true', bulkBody({ rows }, { add_tag_ids: [tag] }))
    expect(dry.body.meta).toMatchObject({ tried: 501, counts: { changed: 2, unchanged: 499 } })
  })
})
