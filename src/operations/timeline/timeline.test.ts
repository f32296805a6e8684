import { afterAll, beforeAll, expect, test } from 'vitest'
import { queues } from '../../background.ts'
import { makeAutomation } from '../../testing/automations.ts'
import { makeContact, makeKey, makeOffer, offersBody } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { makeHook } from '../../testing/hooks.ts'
import { recordStatements } from '../../testing/statements.ts'
import { cleanUp } from '../clean-up.ts'
import { MOST } from './timeline-rows.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

async function grant(contactId: string, offerId: string, client = h.client) {
  const { body, headers } = await client.post(
    `/v1/contacts/${contactId}/relationships/offers`,
    offersBody([offerId]),
  )
  return { grantId: body.meta.offers[0].grant_id as string, requestId: headers.get('x-request-id') }
}

const timelineOf = async (grantId: string) =>
  (await h.client.get(`/v1/grants/${grantId}/timeline`)).body.data.attributes

interface Entry {
  type: string
  caused_by: string | null
  event_id: string
  grant_id: string | null
}

test('a timeline lists the actor and all effects: e-mails, runs with steps, deliveries, further grants', async () => {
  const [course, bonus] = [
    await makeOffer(h.app, h.account.siteId),
    await makeOffer(h.app, h.account.siteId, { is_gift: true }),
  ]
  const template = { kind: 'automation', name: 'A letter', subject: 'x', body: 'x' }
  const made = await h.client.post('/v1/email_templates', {
    data: { type: 'email_templates', attributes: template },
  })
  const automationId = await makeAutomation(h.app, h.account.siteId, {
    name: 'Follow up',
    trigger: { event: 'offer_granted', resource_id: course },
    actions: [
      { action: 'send_email', template_id: made.body.data.id },
      { action: 'grant_offer', offer_id: bonus },
      { action: 'wait', amount: 2, unit: 'days' },
      { action: 'stop' },
    ],
  })
  const hook = { event: 'offer_granted', target_url: 'http://127.0.0.1:9/' }
  const hooked = await h.client.post('/v1/hooks', { data: { type: 'hooks', attributes: hook } })
  expect(hooked.status).toBe(201)
  const key = await makeKey(h.app, h.account, ['manage:grants'])
  const contactId = await makeContact(h.app, h.account.siteId)
  const { grantId, requestId } = await grant(contactId, course, h.clientWith(key.token))
  await h.drain()

  const timeline = await timelineOf(grantId)
  expect(timeline.causes).toMatchObject([
    {
      type: 'offer_granted',
      actor: { type: 'api_key', id: key.id, name: key.name },
      request_id: requestId,
      automation_run: null,
    },
  ])
  expect(timeline.truncated).toEqual([])
  const [customer, granted, further, ...others] = timeline.entries
  expect(others).toEqual([])
  expect(customer).toMatchObject({ type: 'customer_created', emails: [{ kind: 'welcome', status: 'kept' }] })
  expect(granted).toMatchObject({
    type: 'offer_granted',
    grant_id: grantId,
    offer_id: course,
    emails: [],
    webhook_deliveries: [
      { hook_id: hooked.body.data.id, event: 'offer_granted', status: 'pending', attempts: 1 },
    ],
  })
  const [run, ...otherRuns] = granted.automation_runs
  expect(otherRuns).toEqual([])
  expect(run).toMatchObject({
    automation: { id: automationId, name: 'Follow up' },
    status: 'active',
    due_at: expect.any(String),
  })
  expect(run.steps.map(({ action }: { action: string }) => action)).toEqual([
    'send_email',
    'grant_offer',
    'wait',
  ])
  expect(run.steps[0].emails).toMatchObject([{ kind: 'automation', status: 'kept' }])
  expect(further).toMatchObject({
    type: 'offer_granted',
    caused_by: granted.event_id,
    offer_id: bonus,
    emails: [{ kind: 'gift' }],
    automation_run: { id: run.id, automation_id: automationId },
  })

  const { causes } = await timelineOf(further.grant_id)
  expect(causes).toMatchObject([
    {
      type: 'offer_granted',
      actor: { type: 'automation', id: automationId, name: 'Follow up' },
      request_id: requestId,
    },
    { event_id: granted.event_id, actor: { type: 'api_key', name: key.name } },
  ])
})

test('a timeline includes the end of the grant, and nothing from other changes of the same contact', async () => {
  const [one, other] = [await makeOffer(h.app, h.account.siteId), await makeOffer(h.app, h.account.siteId)]
  const contactId = await makeContact(h.app, h.account.siteId)
  const { grantId } = await grant(contactId, one)
  const second = await grant(contactId, other)
  await h.client.delete(`/v1/contacts/${contactId}/relationships/offers`, offersBody([one]))
  await h.drain()
  const types = async (id: string) => (await timelineOf(id)).entries.map(({ type }: Entry) => type)
  expect(await types(grantId)).toEqual(['customer_created', 'offer_granted', 'offer_revoked'])
  // The first grant created the customer.
  expect(await types(second.grantId)).toEqual(['offer_granted'])
})

test('a timeline is read in a fixed number of queries, and lists what is truncated', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const { grantId } = await grant(contactId, await makeOffer(h.app, h.account.siteId))
  const statements = recordStatements(h.app.pool)
  await timelineOf(grantId)
  const short = statements.splice(0).length
  await h.app.pool.query(
    `insert into events (site_id, type, occurred_at, actor, caused_by, contact_id, dispatched_at)
     select site_id, 'tag_added', now(), 'test', id, contact_id, now()
       from events, generate_series(1, $2) where grant_id = $1`,
    [grantId, MOST],
  )
  statements.splice(0)
  const timeline = await timelineOf(grantId)
  expect(statements.length).toBe(short)
  expect(short).toBeLessThanOrEqual(10)
  expect(timeline.truncated).toEqual(['events'])
  expect(timeline.entries).toHaveLength(MOST)
})

test('a timeline states that deliveries were removed after their retention period, how many and when', async () => {
  const { siteId } = h.account
  await h.app.pool.query('update hooks set deleted_at = now()')
  const offerId = await makeOffer(h.app, siteId)
  await makeHook(h.app, siteId, { event: 'offer_granted', resourceId: offerId })
  await makeAutomation(h.app, siteId, {
    trigger: { event: 'offer_granted', resource_id: offerId },
    actions: [{ action: 'call_webhook', hook_id: await makeHook(h.app, siteId) }],
  })
  const { grantId } = await grant(await makeContact(h.app, siteId), offerId)
  await h.drain()
  const removals = async () => {
    const granted = (await timelineOf(grantId)).entries.find(({ type }: Entry) => type === 'offer_granted')
    const [run] = granted.automation_runs
    return [granted, run].map((shown) => shown.removed_webhook_deliveries)
  }
  expect(await removals()).toEqual([null, null])
  await h.app.pool.query(
    `update webhook_deliveries set status = 'failed', due_at = null, created_at = created_at - interval '31 days',
            failed_at = now() - interval '31 days'`,
  )
  const before = h.app.clock.now().getTime()
  while ((await cleanUp(h.app, queues)) > 0);
  const shown = await removals()
  expect(shown).toMatchObject([{ count: 1 }, { count: 1 }])
  for (const { at } of shown) expect(Math.abs(Date.parse(at) - before)).toBeLessThan(60_000)
})

test('the timeline of a grant whose events were removed is empty', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const { grantId } = await grant(contactId, await makeOffer(h.app, h.account.siteId))
  await h.app.db.deleteFrom('events').where('contact_id', '=', contactId).execute()
  expect(await timelineOf(grantId)).toEqual({ causes: [], entries: [], truncated: [] })
})

test('a timeline is read from indexes, however many other events there are', async () => {
  const contactId = await makeContact(h.app, h.account.siteId)
  const { grantId } = await grant(contactId, await makeOffer(h.app, h.account.siteId))
  await h.drain()
  const fillings = [
    `insert into events (site_id, type, occurred_at, actor, contact_id, dispatched_at, caused_by)
     select $1, 'tag_added', now(), 'test', 1e6 + n, now(), 1e6 + n from generate_series(1, 20000) n`,
    `insert into emails (site_id, kind, event_id, contact_id, status, created_at)
     select $1, 'gift', 1e6 + n, 1e6 + n, 'kept', now() from generate_series(1, 20000) n`,
    `insert into automation_runs (site_id, automation_id, version, event_id, contact_id, depth, status, created_at)
     select $1, 1e6, 1, 1e6 + n, 1e6 + n, 0, 'completed', now() from generate_series(1, 20000) n`,
    `insert into automation_run_steps (site_id, run_id, position, action, state, done_at)
     select $1, 1e6 + n, 0, 'stop', 'done', now() from generate_series(1, 20000) n`,
    `insert into webhook_deliveries (site_id, hook_id, event, event_id, contact_id, status, created_at)
     select $1, 1e6, 'tag_added', 1e6 + n, 1e6 + n, 'delivered', now() from generate_series(1, 20000) n`,
    `insert into removed_deliveries (site_id, hook_id, event_id, was_delivered, removed_at)
     select $1, 1e6, 1e6 + n, true, now() from generate_series(1, 20000) n`,
  ]
  for (const filling of fillings) await h.app.pool.query(filling, [h.account.siteId])
  await h.app.pool.query('analyze')
  const statements = recordStatements(h.app.pool)
  await timelineOf(grantId)
  for (const { text, values } of statements.splice(0)) {
    const { rows } = await h.app.pool.query(`explain ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).not.toMatch(
      /Seq Scan on (events|emails|automation_run|webhook_deliveries|removed_deliveries)/,
    )
  }
})
