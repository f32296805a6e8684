import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bulkBody, processBulk, rowsOf, runBulk } from '../testing/bulk.ts'
import { makeAccount, makeContact, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'

let h: Harness
let offer: string
beforeAll(async () => {
  h = await startHarness()
  offer = await makeOffer(h.app, h.account.siteId)
})
afterAll(() => h.close())

const newEmail = () => `bulk${unique()}@example.com`
const newContact = (values?: { name?: string; email?: string }) =>
  makeContact(h.app, h.account.siteId, values)
const post = (attributes: object, meta?: object, headers?: Record<string, string>) =>
  h.client.post('/v1/bulk/grants', bulkBody(attributes, meta), headers)
const held = async (contactId: string): Promise<string[]> =>
  (await h.client.get(`/v1/contacts/${contactId}/relationships/offers`)).body.data.map(
    ({ id }: { id: string }) => id,
  )
const count = async (table: string, condition = 'true'): Promise<number> =>
  (await h.app.pool.query(`select count(*)::int as count from ${table} where ${condition}`)).rows[0].count
const emailsOf = async (contactId: string) =>
  (await h.client.get(`/v1/emails?filter[contact_id]=${contactId}`)).body.data.map(
    ({ attributes }: { attributes: { kind: string } }) => attributes.kind,
  )

describe('granting to many contacts', () => {
  test('an end of access that is a day is the end of that day in the time zone of the site', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const site = { type: 'sites', id: account.siteId, attributes: { time_zone: 'America/Los_Angeles' } }
    expect((await client.patch(`/v1/sites/${account.siteId}`, { data: site })).status).toBe(200)
    const [one, other] = [await makeContact(h.app, account.siteId), await makeContact(h.app, account.siteId)]
    const meta = { offer_ids: [await makeOffer(h.app, account.siteId)], expires_at: '2037-06-30' }
    const rows = [{ contact_id: one }, { contact_id: other, expires_at: '2037-01-31' }]
    const post = (query: string, ends: object = {}) =>
      client.post(`/v1/bulk/grants${query}`, bulkBody({ rows }, { ...meta, ...ends }))
    expect((await post('?dry_run=true')).body.meta.counts).toEqual({ granted: 2 })
    expect((await post('')).status).toBe(202)
    await processBulk(h)
    const { body } = await client.get('/v1/grants?sort=id')
    const ends = body.data.map(
      ({ attributes }: { attributes: { expires_at: string } }) => attributes.expires_at,
    )
    expect(ends).toEqual(['2037-07-01T07:00:00.000Z', '2037-02-01T08:00:00.000Z'])
    const over = await post('', { expires_at: '2001-01-31' })
    expect([over.status, over.body.errors[0].detail]).toEqual([
      422,
      'The row has an expires_at that is not in the future',
    ])
  })

  test('is accepted as a job, and every row has its own outcome', async () => {
    const [ada, grace] = [await newContact(), await newContact({ email: newEmail() })]
    await h.client.post(`/v1/contacts/${grace}/relationships/offers`, offersBody([offer]))
    const [unknown, given] = [
      newEmail(),
      (await h.client.get(`/v1/contacts/${grace}`)).body.data.attributes.email,
    ]
    const { created, id, job, rows } = await runBulk(
      h,
      'grants',
      {
        rows: [
          { contact_id: ada },
          { email: given.toUpperCase() },
          { email: unknown, name: 'Alan Turing' },
          { contact_id: '99999999' },
        ],
      },
      { offer_ids: [offer] },
    )
    expect(created.headers.get('location')).toBe(`${h.url}/v1/bulk_jobs/${id}`)
    expect(created.body.data.attributes).toMatchObject({
      kind: 'grants',
      status: 'pending',
      total: 4,
      progress: 0,
    })
    expect(job).toMatchObject({
      status: 'completed',
      total: 4,
      done: 4,
      failed: 1,
      progress: 100,
      counts: { granted: 2, already_granted: 1, failed: 1 },
      settings: { offer_ids: [offer], create_contacts: true },
    })
    expect(job.finished_at).not.toBeNull()
    expect(rows.map(({ status }) => status)).toEqual(['granted', 'already_granted', 'granted', 'failed'])
    expect(rows.map(({ contactId }) => contactId).slice(0, 2)).toEqual([ada, grace])
    expect(rows[3]).toMatchObject({ code: 'not_found', detail: 'There is no contact with the id 99999999.' })
    const [{ grant_id }] = rows[0]!.result.offers
    expect((await h.client.get(`/v1/grants/${grant_id}`)).body.data.attributes.granted_by).toMatch(
      /^api_key:/,
    )
    const alan = (await h.client.get(`/v1/contacts/${rows[2]!.contactId}`)).body.data
    expect(alan.attributes).toMatchObject({ name: 'Alan Turing', email: unknown })
    for (const contact of [ada, grace, alan.id]) expect(await held(contact)).toEqual([offer])
    await h.drain()
    expect(await emailsOf(ada)).toEqual(['welcome'])
  })

  test('a row can say something else than meta, and the same contact in several rows is processed in their order', async () => {
    const [first, second] = [await makeOffer(h.app, h.account.siteId, { access_days: 10 }), offer]
    const email = newEmail()
    const { rows } = await runBulk(
      h,
      'grants',
      {
        rows: [
          { email, send_customer_welcome_email: false },
          { email, renew: 'extend' },
          { email, offer_ids: [Number(second), first] },
          { email, expires_at: null },
          { email },
        ],
      },
      { offer_ids: [first] },
    )
    expect(rows.map(({ status }) => status)).toEqual([
      'granted',
      'renewed',
      'granted',
      'renewed',
      'already_granted',
    ])
    expect(rows[2]!.result.offers.map(({ status }: { status: string }) => status)).toEqual([
      'granted',
      'already_granted',
    ])
    expect(await count('contacts', `email = '${email}'`)).toBe(1)
    await h.drain()
    expect(await emailsOf(rows[0]!.contactId!)).toEqual([])
  })

  test('rows fail with the reason that the API gives, and do not block others', async () => {
    const [archived, ending] = [
      await makeOffer(h.app, h.account.siteId),
      await makeOffer(h.app, h.account.siteId, { access_begins_at: new Date(Date.now() + 86_400_000 * 30) }),
    ]
    const people = [await newContact(), await newContact(), await newContact()]
    const soon = new Date(Date.now() + 86_400_000).toISOString()
    const { body } = await post({
      rows: [
        { contact_id: people[0], offer_ids: [archived] },
        { contact_id: people[1], offer_ids: [ending], expires_at: soon },
        { contact_id: people[2], offer_ids: [offer] },
      ],
    })
    await h.client.delete(`/v1/offers/${archived}`)
    await processBulk(h)
    const rows = await rowsOf(h.client, body.data.id)
    expect(rows.map(({ status, code }) => [status, code])).toEqual([
      ['failed', 'not_found'],
      ['failed', 'invalid_period'],
      ['granted', null],
    ])
    expect(rows[1]!.detail).toContain('Access to every offer must end after it begins')
    expect(await rowsOf(h.client, body.data.id, '&filter[status]=failed')).toHaveLength(2)
    expect((await h.client.get(`/v1/bulk_jobs/${body.data.id}/rows?filter[status]=shade`)).status).toBe(400)
    await h.client.delete(`/v1/contacts/${people[0]}`)
    const retried = await h.client.post(`/v1/bulk_jobs/${body.data.id}/retry`)
    expect(retried.body.data.attributes).toMatchObject({
      status: 'pending',
      done: 1,
      failed: 0,
      counts: { granted: 1 },
    })
    await processBulk(h)
    expect((await rowsOf(h.client, body.data.id)).map(({ detail }) => detail)).toEqual([
      `There is no contact with the id ${people[0]}.`,
      expect.stringContaining('Access'),
      null,
    ])
  })

  test('a former address names its contact, together with the current one', async () => {
    const [old, current] = [newEmail(), newEmail()]
    const id = await newContact({ email: old })
    await h.client.patch(`/v1/contacts/${id}`, {
      data: { type: 'contacts', id, attributes: { email: current } },
    })
    const { rows } = await runBulk(
      h,
      'grants',
      { rows: [{ email: old }, { email: current }] },
      { offer_ids: [offer] },
    )
    expect(rows.map(({ contactId, status }) => [contactId, status])).toEqual([
      [id, 'granted'],
      [id, 'already_granted'],
    ])
  })

  test('with create_contacts false, an unknown e-mail fails', async () => {
    const email = newEmail()
    const { rows } = await runBulk(
      h,
      'grants',
      { rows: [{ email }] },
      { offer_ids: [offer], create_contacts: false },
    )
    expect(rows[0]).toMatchObject({
      status: 'failed',
      detail: 'There is no contact with this e-mail.',
      contactId: null,
    })
    expect(await count('contacts', `email = '${email}'`)).toBe(0)
  })

  test('everything is checked before anything is written, and up to 50 errors are returned together', async () => {
    const before = await count('bulk_jobs')
    const { status, body } = await post(
      {
        rows: [
          { email: 'nobody' },
          { email: newEmail(), contact_id: '1' },
          {},
          { email: newEmail(), offer_id: '3' },
          { email: newEmail(), offer_ids: ['999999'] },
          { email: newEmail(), renew: 'always' },
          { contact_id: 'x', expires_at: '2001-01-01T00:00:00Z' },
          'Ada',
        ],
      },
      { offer_ids: [offer] },
    )
    expect(status).toBe(422)
    expect(body.errors.map(({ source }: { source: { pointer: string } }) => source.pointer)).toEqual([
      '/data/attributes/rows/0/email',
      '/data/attributes/rows/1',
      '/data/attributes/rows/2',
      '/data/attributes/rows/3/offer_id',
      '/data/attributes/rows/5/renew',
      '/data/attributes/rows/6',
      '/data/attributes/rows/6/contact_id',
      '/data/attributes/rows/7',
      '/data/attributes/rows/4/offer_ids/0',
    ])
    const many = await post({ rows: Array(200).fill({ email: newEmail() }) })
    expect([many.status, many.body.errors.length]).toEqual([422, 51])
    expect(many.body.errors[50].detail).toBe('There are 150 more errors. Nothing was changed.')
    for (const [attributes, pointer] of [
      [{}, '/data/attributes'],
      [{ rows: [], filter: {} }, '/data/attributes'],
      [{ rows: {} }, '/data/attributes/rows'],
      [{ filter: [] }, '/data/attributes/filter'],
    ] as const) {
      const reply = await post(attributes, { offer_ids: [offer] })
      expect([reply.status, reply.body.errors[0].source.pointer]).toEqual([422, pointer])
    }
    const meta = await post({ filter: {} }, { offer_ids: ['999999'], create_contacts: 'no', shade: 1 })
    expect(meta.body.errors.map(({ source }: { source: { pointer: string } }) => source.pointer)).toEqual([
      '/meta/create_contacts',
      '/meta/shade',
      '/meta/offer_ids/0',
    ])
    expect(await count('bulk_jobs')).toBe(before)
  })

  test('10,000 rows are accepted, and one more is not', async () => {
    const rows = Array.from({ length: 10_001 }, (_, n) => ({
      email: `large${n}@example.com`,
      name: `Person ${n}`,
    }))
    const { status, body } = await post({ rows }, { offer_ids: [offer] })
    expect([status, body.errors[0].detail]).toEqual([422, expect.stringContaining('at most 10,000 rows')])
    const accepted = await post({ rows: rows.slice(1) }, { offer_ids: [offer] })
    expect([accepted.status, accepted.body.data.attributes.total]).toEqual([202, 10_000])
    await h.client.post(`/v1/bulk_jobs/${accepted.body.data.id}/cancel`)
  })

  test('no row is a completed job', async () => {
    const { job } = await runBulk(h, 'grants', { rows: [] }, { offer_ids: [offer] })
    expect(job).toMatchObject({ status: 'completed', total: 0, progress: 100 })
  })
})

test('repeated with its Idempotency-Key, the request returns the same job', async () => {
  const attributes = { rows: [{ email: newEmail() }] }
  const send = () => post(attributes, { offer_ids: [offer] }, { 'idempotency-key': 'bulk' })
  const [first, second] = [await send(), await send()]
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(await count('bulk_job_rows', `job_id = ${first.body.data.id}`)).toBe(1)
})

describe('a filter', () => {
  test('names the contacts that match when the job is created', async () => {
    const tag = (
      await h.client.post('/v1/contact_tags', {
        data: { type: 'contact_tags', attributes: { name: 'Bulk' } },
      })
    ).body.data.id
    const tagged = [await newContact(), await newContact()]
    const add = (id: string) =>
      h.client.post(`/v1/contacts/${id}/relationships/tags`, { data: [{ type: 'contact_tags', id: tag }] })
    for (const id of tagged) await add(id)
    const { body } = await post({ filter: { has_tag_id: tag } }, { offer_ids: [offer] })
    expect(body.data.attributes).toMatchObject({ total: 2, filter: { has_tag_id: tag } })
    await add(await newContact())
    await processBulk(h)
    const rows = await rowsOf(h.client, body.data.id)
    expect(rows.map(({ contactId, status }) => [contactId, status])).toEqual(
      tagged.map((id) => [id, 'granted']),
    )
  })

  test('that is unknown, or about what does not exist, is refused', async () => {
    const refused = async (filter: object) => {
      const { status, body } = await post({ filter }, { offer_ids: [offer] })
      return [status, body.errors[0].code, body.errors[0].source.pointer]
    }
    const at = '/data/attributes/filter'
    expect(await refused({ shade: 'x' })).toEqual([422, 'unknown_filter', `${at}/shade`])
    expect(await refused({ has_tag_id: '999999' })).toEqual([422, 'not_found', `${at}/has_tag_id`])
    expect(await refused({ custom_77: 'x' })).toEqual([422, 'unknown_custom_field', `${at}/custom_77`])
    expect(await refused({ subscribed: 'perhaps' })).toEqual([422, 'invalid', `${at}/subscribed`])
    const where = { any: [{ filter: 'shade', value: 'x' }] }
    expect(await refused({ where })).toEqual([422, 'unknown_filter', `${at}/where/any/0/filter`])
    expect(await refused({ search: null })).toEqual([422, 'invalid', `${at}/search`])
  })
})

describe('a contact of another account', () => {
  test('is like one that nobody has, and its e-mail is another contact', async () => {
    const other = await makeAccount(h.app)
    const foreign = await makeContact(h.app, other.siteId, { email: newEmail() })
    const { email } = (await h.clientWith(other.token).get(`/v1/contacts/${foreign}`)).body.data.attributes
    const { rows } = await runBulk(
      h,
      'grants',
      { rows: [{ contact_id: foreign }, { contact_id: '99999999' }, { email }] },
      { offer_ids: [offer] },
    )
    const said = rows.map(({ status, detail }) => [status, detail?.replace(/\d+/, '#')])
    expect(said[0]).toEqual(said[1])
    expect([rows[2]!.status, rows[2]!.contactId === foreign]).toEqual(['granted', false])
    expect(
      (await h.clientWith(other.token).get(`/v1/contacts/${foreign}/relationships/offers`)).body.data,
    ).toEqual([])
  })
})

test('a dry run says what would happen, and writes nothing', async () => {
  const known = await newContact({ email: newEmail() })
  await h.client.post(`/v1/contacts/${known}/relationships/offers`, offersBody([offer]))
  const email = newEmail()
  const attributes = {
    rows: [
      { contact_id: known },
      { email },
      { email },
      { contact_id: '99999999' },
      { contact_id: known, expires_at: '2099-01-01T00:00:00Z' },
    ],
  }
  const meta = { offer_ids: [offer] }
  const tables = ['bulk_jobs', 'bulk_job_rows', 'contacts', 'events', 'offer_grants']
  const sizes = () => Promise.all(tables.map((table) => count(table)))
  const before = await sizes()
  const { status, body } = await h.client.post('/v1/bulk/grants?dry_run=true', bulkBody(attributes, meta))
  expect([status, body.meta]).toMatchObject([
    200,
    {
      dry_run: true,
      total: 5,
      tried: 5,
      contacts_created: 1,
      // What the first row about a person does, the second finds.
      counts: { already_granted: 2, granted: 1, failed: 1, renewed: 1 },
      failures: [
        {
          code: 'not_found',
          rows: 1,
          positions: [4],
          sentence: '1 row would fail: There is no contact with the id 99999999.',
        },
      ],
    },
  ])
  expect(await sizes()).toEqual(before)
  expect((await h.client.post('/v1/bulk/grants?dry_run=perhaps', bulkBody(attributes, meta))).status).toBe(
    400,
  )
  const matching = await h.client.post(
    '/v1/bulk/grants?dry_run=true',
    bulkBody({ filter: { has_offer_id: offer } }, meta),
  )
  expect(matching.body.meta.counts).toEqual({ already_granted: matching.body.meta.total })
})
