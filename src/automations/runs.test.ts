import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import {
  type Account,
  makeAccount,
  makeContact,
  makeKey,
  makeOffer,
  offersBody,
} from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { advanceClock } from '../worker/advance-clock.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

let h: Harness
let client: Harness['client']
let account: Account
let siteId: string
let contactId: string
let offerId: string
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  // Each case has a site of its own.
  account = await makeAccount(h.app)
  client = h.clientWith(account.token)
  siteId = account.siteId
  contactId = await makeContact(h.app, siteId)
  offerId = await makeOffer(h.app, siteId)
  await h.drain()
})

const automate = (attributes: object) =>
  makeAutomation(h.app, siteId, { trigger: { event: 'offer_granted', resource_id: offerId }, ...attributes })

const grant = (id = contactId, offer = offerId) =>
  client.post(`/v1/contacts/${id}/relationships/offers`, offersBody([offer]))

async function runsOf(filter = `filter[contact_id]=${contactId}`) {
  const { body } = await client.get(`/v1/automation_runs?${filter}&sort=created_at`)
  return body.data.map(({ attributes }: { attributes: object }) => attributes)
}

/** Action and state of the steps of the only run. */
async function stepsOf(): Promise<string[]> {
  const [run] = await runsOf()
  return run.steps.map(({ action, state }: { action: string; state: string }) => `${action} ${state}`)
}

const eventsOfRuns = () =>
  h.app.db
    .selectFrom('events')
    .select(['type', 'actor', 'request_id', 'caused_by', 'depth', 'run_id'])
    .where('site_id', '=', siteId)
    .where('run_id', 'is not', null)
    .orderBy('id')
    .execute()

test('a run executes its actions in order, each with its effect', async () => {
  const [tagId, templateId, hookId] = [
    await makeTag(h.app, siteId),
    await makeTemplate(h.app, siteId),
    await makeHook(h.app, siteId),
  ]
  const bonus = await makeOffer(h.app, siteId)
  const automationId = await automate({
    actions: [
      { action: 'add_tag', tag_id: tagId },
      { action: 'send_email', template_id: templateId },
      { action: 'grant_offer', offer_id: bonus },
      { action: 'call_webhook', hook_id: hookId },
      { action: 'remove_tag', tag_id: tagId },
      { action: 'revoke_offer', offer_id: bonus },
    ],
  })
  const { headers, body } = await grant()
  await h.drain()
  const [run] = await runsOf()
  expect(run).toMatchObject({ status: 'completed', reason: null, due_at: null, depth: 0 })
  expect(run.steps.map(({ detail }: { detail: object }) => Object.keys(detail))).toEqual([
    ['tag_id', 'event_id'],
    ['email_id', 'template_id'],
    ['event_id', 'grant_id', 'offer_id'],
    ['hook_id', 'delivery_id'],
    ['tag_id', 'event_id'],
    ['offer_id'],
  ])
  const events = await eventsOfRuns()
  expect(events.map(({ type }) => type)).toEqual([
    'tag_added',
    'offer_granted',
    'tag_removed',
    'offer_revoked',
  ])
  for (const event of events) {
    expect(event).toMatchObject({
      actor: `automation:${automationId}`,
      request_id: headers.get('x-request-id'),
      caused_by: body.meta.offers[0].event_id,
      depth: 1,
    })
  }
})

test('a run waits until it is due, and then continues', async () => {
  await automate({
    actions: [
      { action: 'wait', amount: 2, unit: 'days' },
      { action: 'add_tag', tag_id: await makeTag(h.app, siteId) },
    ],
  })
  await grant()
  await h.drain()
  const [waiting] = await runsOf()
  expect(waiting).toMatchObject({ status: 'active', reason: 'wait' })
  expect(Date.parse(waiting.due_at) - Date.parse(waiting.steps[0].done_at)).toBe(2 * DAY)
  await advanceClock(h.app, 2 * DAY - 60_000)
  expect(await stepsOf()).toEqual(['wait done'])
  await advanceClock(h.app, 60_000)
  const [run] = await runsOf()
  expect(run.status).toBe('completed')
  expect(Date.parse(run.ended_at)).toBeGreaterThanOrEqual(Date.parse(waiting.due_at))
})

test('a run continues only for contacts that meet the conditions when it begins', async () => {
  const vip = await makeTag(h.app, siteId)
  await automate({
    conditions: { all: [{ filter: 'has_no_tag_id', value: vip }] },
    actions: [{ action: 'add_tag', tag_id: vip }, { action: 'stop' }],
  })
  await grant()
  await h.drain()
  await client.delete(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await grant()
  await h.drain()
  const runs = await runsOf()
  expect(runs.map(({ status, reason }: { status: string; reason: string }) => [status, reason])).toEqual([
    // The tag that it adds itself does not stop it: the contact did not have it at the beginning.
    ['stopped', 'stop'],
    ['stopped', 'conditions_not_met'],
  ])
  expect(runs[1].steps).toEqual([])
})

test('the conditions of a run see the effects of the previous run of the same contact', async () => {
  const tagId = await makeTag(h.app, siteId)
  const first = {
    conditions: { filter: 'has_no_tag_id', value: tagId },
    actions: [{ action: 'add_tag', tag_id: tagId }],
  }
  await automate(first)
  await automate(first)
  await grant()
  await h.drain()
  const statuses = (await runsOf()).map(({ status }: { status: string }) => status)
  expect(statuses).toEqual(['completed', 'stopped'])
})

test('actions without effect are skipped, and the run continues', async () => {
  const archived = await makeOffer(h.app, siteId)
  const tagId = await makeTag(h.app, siteId)
  await automate({
    actions: [
      { action: 'grant_offer', offer_id: offerId },
      { action: 'remove_tag', tag_id: tagId },
      { action: 'grant_offer', offer_id: archived },
      { action: 'deactivate_offer', offer_id: archived },
      { action: 'add_tag', tag_id: tagId },
    ],
  })
  await h.app.db.updateTable('offers').set({ archived_at: new Date() }).where('id', '=', archived).execute()
  await grant()
  await h.drain()
  const [run] = await runsOf()
  expect(
    run.steps.map(({ state, detail }: { state: string; detail: { reason?: string } }) => [
      state,
      detail.reason,
    ]),
  ).toEqual([
    ['skipped', 'unchanged'],
    ['skipped', 'unchanged'],
    ['skipped', 'offer_archived'],
    ['skipped', 'unchanged'],
    ['done', undefined],
  ])
  expect(run.status).toBe('completed')
})

test('a disabled hook is not called, and the step has the reason', async () => {
  const hookId = await makeHook(h.app, siteId)
  await automate({ actions: [{ action: 'call_webhook', hook_id: hookId }] })
  await h.app.db
    .updateTable('hooks')
    .set({ disabled_at: new Date(), disabled_reason: 'requested' })
    .where('id', '=', hookId)
    .execute()
  await grant()
  await h.drain()
  const [run] = await runsOf()
  expect(run.steps[0]).toMatchObject({ state: 'skipped', detail: { reason: 'hook_disabled' } })
})

const onlyRun = () =>
  h.app.db.selectFrom('automation_runs').selectAll().where('site_id', '=', siteId).executeTakeFirstOrThrow()

const waitAndTag = async () => [
  { action: 'wait', amount: 1, unit: 'minutes' },
  { action: 'add_tag', tag_id: await makeTag(h.app, siteId) },
]

test.each<[string, (automationId: string) => Promise<unknown>]>([
  [
    'automation_disabled',
    (id) =>
      client.patch(`/v1/automations/${id}`, {
        data: { type: 'automations', attributes: { enabled: false } },
      }),
  ],
  ['automation_deleted', (id) => client.delete(`/v1/automations/${id}`)],
  ['contact_deleted', () => client.delete(`/v1/contacts/${contactId}`)],
])('an active run stops before its next step: %s', async (reason, act) => {
  const automationId = await automate({ actions: await waitAndTag() })
  await grant()
  await h.drain()
  await act(automationId)
  // A disabled automation may be enabled again; the other runs have nothing to wait for.
  if (reason !== 'automation_disabled') expect(await onlyRun()).toMatchObject({ status: 'stopped', reason })
  await advanceClock(h.app, 61_000)
  expect(await onlyRun()).toMatchObject({ status: 'stopped', reason, step: 1, due_at: null })
  expect((await eventsOfRuns()).length).toBe(0)
})

test('a deleted automation with very many runs has the rest of them stopped in the background', async () => {
  const automationId = await automate({ actions: await waitAndTag() })
  await grant()
  await h.drain()
  await h.app.pool.query(
    `insert into automation_runs (site_id, automation_id, version, event_id, contact_id, depth, step, due_at, created_at)
     select site_id, automation_id, version, -n, contact_id, depth, step, due_at, created_at
       from automation_runs cross join generate_series(1, 5500) n where automation_id = $1`,
    [automationId],
  )
  const active = async () =>
    (
      await h.app.pool.query(`select from automation_runs where automation_id = $1 and status = 'active'`, [
        automationId,
      ])
    ).rowCount
  expect(await active()).toBe(5_501)
  expect((await client.delete(`/v1/automations/${automationId}`)).status).toBe(200)
  expect(await active()).toBe(501)
  await h.drain()
  expect(await active()).toBe(0)
})

const change = (id: string, what: 'cancel' | 'retry', by = client) =>
  by.post(`/v1/automation_runs/${id}/${what}`)

const runId = async (): Promise<string> =>
  (await client.get(`/v1/automation_runs?filter[contact_id]=${contactId}`)).body.data[0].id

test('a run is cancelled at once, keeps its steps, and continues from there when it is retried', async () => {
  const [first, last] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
  await automate({
    actions: [
      { action: 'add_tag', tag_id: first },
      { action: 'wait', amount: 1, unit: 'days' },
      { action: 'add_tag', tag_id: last },
    ],
  })
  await grant()
  await h.drain()
  const id = await runId()
  expect((await change(id, 'retry')).body.errors[0]).toMatchObject({
    status: '409',
    code: 'run_not_retriable',
  })
  const cancelled = await change(id, 'cancel')
  expect(cancelled.status).toBe(200)
  expect(cancelled.body.data.attributes).toMatchObject({
    status: 'stopped',
    reason: 'cancelled',
    due_at: null,
  })
  expect((await change(id, 'cancel')).body.errors[0]).toMatchObject({ status: '409', code: 'run_ended' })
  await advanceClock(h.app, 2 * DAY)
  expect((await eventsOfRuns()).map(({ type }) => type)).toEqual(['tag_added'])
  expect((await change(id, 'retry')).body.data.attributes).toMatchObject({ status: 'active', reason: null })
  await h.drain()
  expect(await stepsOf()).toEqual(['add_tag done', 'wait done', 'add_tag done'])
  expect((await eventsOfRuns()).map(({ type }) => type)).toEqual(['tag_added', 'tag_added'])
  const over = (await change(id, 'retry')).body.errors[0]
  expect([over.code, over.detail]).toEqual([
    'run_not_retriable',
    expect.stringContaining('its status is completed'),
  ])
})

test('a failed run is retried with a new set of attempts, unless its automation or contact is deleted', async () => {
  const automationId = await automate({ actions: [{ action: 'stop' }] })
  await grant()
  await h.drain()
  const fail = () =>
    h.app.pool.query(
      `update automation_runs set status = 'failed', reason = 'failed', attempts = 8, error = 'broken', due_at = null
        where site_id = $1`,
      [siteId],
    )
  await fail()
  const id = await runId()
  expect((await change(id, 'retry')).body.data.attributes).toMatchObject({
    status: 'active',
    attempts: 0,
    error: null,
  })
  await fail()
  await client.patch(`/v1/automations/${automationId}`, {
    data: { type: 'automations', attributes: { enabled: false } },
  })
  expect((await change(id, 'retry')).body.errors[0].detail).toContain('its automation is disabled')
  await client.delete(`/v1/contacts/${contactId}`)
  await client.patch(`/v1/automations/${automationId}`, {
    data: { type: 'automations', attributes: { enabled: true } },
  })
  expect((await change(id, 'retry')).body.errors[0].detail).toContain('its contact is deleted')
})

test('a run that was cancelled during a wait continues waiting when it is retried', async () => {
  await automate({
    actions: [
      { action: 'wait', amount: 3, unit: 'hours' },
      { action: 'add_tag', tag_id: await makeTag(h.app, siteId) },
    ],
  })
  await grant()
  await h.drain()
  const { body } = await client.get(`/v1/automation_runs?filter[contact_id]=${contactId}`)
  const [{ id, attributes: waiting }] = body.data
  await change(id, 'cancel')
  expect((await change(id, 'retry')).body.data.attributes).toMatchObject({
    status: 'active',
    reason: 'wait',
    due_at: waiting.due_at,
  })
  await advanceClock(h.app, 2 * HOUR)
  expect(await stepsOf()).toEqual(['wait done'])
  await change(id, 'cancel')
  await advanceClock(h.app, 2 * HOUR)
  await change(id, 'retry')
  await h.drain()
  expect(await stepsOf()).toEqual(['wait done', 'add_tag done'])
})

test('runs of another account are 404, and a retry needs the permissions of its actions', async () => {
  await automate({ actions: await waitAndTag() })
  await grant()
  await h.drain()
  const id = await runId()
  for (const what of ['cancel', 'retry'] as const) {
    expect((await change(id, what, h.client)).status).toBe(404)
    expect((await change('x', what)).status).toBe(404)
  }
  const { token } = await makeKey(h.app, account, ['view:automations', 'manage:automations'])
  const limited = h.clientWith(token)
  expect((await change(id, 'cancel', limited)).status).toBe(200)
  expect((await change(id, 'retry', limited)).status).toBe(403)
})

test('a run follows the version with which it began', async () => {
  const automationId = await automate({ actions: await waitAndTag() })
  await grant()
  await h.drain()
  const attributes = { actions: [{ action: 'stop' }] }
  await client.patch(`/v1/automations/${automationId}`, { data: { type: 'automations', attributes } })
  await advanceClock(h.app, 61_000)
  expect(await stepsOf()).toEqual(['wait done', 'add_tag done'])
})

test('an event starts an automation once, however often it is dispatched', async () => {
  await automate({ actions: [{ action: 'add_tag', tag_id: await makeTag(h.app, siteId) }] })
  await grant()
  await h.drain()
  await h.app.db.updateTable('events').set({ dispatched_at: null }).where('site_id', '=', siteId).execute()
  await h.drain()
  expect(await runsOf()).toHaveLength(1)
  expect((await eventsOfRuns()).length).toBe(1)
})

test('many concurrent workers execute each step once', async () => {
  const contactIds = await Promise.all(Array.from({ length: 60 }, () => makeContact(h.app, siteId)))
  await automate({
    actions: [
      { action: 'add_tag', tag_id: await makeTag(h.app, siteId) },
      { action: 'grant_offer', offer_id: await makeOffer(h.app, siteId) },
    ],
  })
  await Promise.all(contactIds.map((id) => grant(id)))
  await Promise.all([h.drain(), h.drain(), h.drain()])
  await h.drain()
  const types = (await eventsOfRuns()).map(({ type }) => type)
  expect(types.filter((type) => type === 'tag_added')).toHaveLength(60)
  expect(types.filter((type) => type === 'offer_granted')).toHaveLength(60)
  expect(await runsOf('filter[status]=completed&page[size]=100')).toHaveLength(60)
})
