import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/database.ts'
import { assertUnused } from '../platform/references/in-use.ts'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeAccount, makeContact, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { expectRefusal, pointedAt } from '../testing/refusals.ts'

let h: Harness
let siteId: string
let offerId: string
let tagId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  offerId = await makeOffer(h.app, siteId)
  tagId = await makeTag(h.app, siteId)
})
afterAll(() => h.close())

const bodyOf = (attributes: object) => ({ data: { type: 'automations', attributes } })

const welcome = () => ({
  name: 'Welcome',
  trigger: { event: 'offer_granted', resource_id: offerId },
  conditions: { all: [{ filter: 'has_no_tag_id', value: tagId }] },
  actions: [
    { action: 'add_tag', tag_id: tagId },
    { action: 'wait', amount: 2, unit: 'days' },
    { action: 'grant_offer', offer_id: offerId, send_offer_grant_email: true },
  ],
})

const create = async (attributes: object = welcome()) =>
  (await h.client.post('/v1/automations', bodyOf(attributes))).body.data

const versionsOf = (id: string) =>
  h.app.db.selectFrom('automation_versions').select('version').where('automation_id', '=', id).execute()

test('the defaults of an automation are: for all offers, without conditions, enabled', async () => {
  const { attributes } = await create({
    name: 'Plain',
    trigger: { event: 'offer_granted' },
    actions: [{ action: 'stop' }],
  })
  expect(attributes).toMatchObject({
    trigger: { event: 'offer_granted' },
    conditions: null,
    enabled: true,
    version: 1,
  })
})

test('ids may be numbers', async () => {
  const actions = [{ action: 'add_tag', tag_id: Number(tagId) }]
  expect((await create({ ...welcome(), actions })).attributes.actions).toEqual([
    { action: 'add_tag', tag_id: tagId },
  ])
})

test('a change of trigger, conditions or actions creates a version, other changes do not', async () => {
  const { id } = await create()
  const versionAfter = async (attributes: object) =>
    (await h.client.patch(`/v1/automations/${id}`, bodyOf(attributes))).body.data.attributes.version
  expect(await versionAfter({ name: 'Other', enabled: false })).toBe(1)
  expect(await versionAfter(welcome())).toBe(1)
  expect(await versionAfter({ trigger: { event: 'tag_added' } })).toBe(2)
  expect(await versionAfter({ conditions: null })).toBe(3)
  expect(await versionAfter({ actions: [{ action: 'stop' }] })).toBe(4)
  expect(await versionsOf(id)).toHaveLength(4)
  const { attributes } = (await h.client.get(`/v1/automations/${id}`)).body.data
  expect(attributes).toMatchObject({ name: 'Welcome', enabled: false, trigger: { event: 'tag_added' } })
})

test('lists can be filtered by trigger and by enabled', async () => {
  const { id } = await create({ ...welcome(), trigger: { event: 'gift_redeemed' } })
  const idsOf = async (filter: string) =>
    (await h.client.get(`/v1/automations?${filter}`)).body.data.map((one: { id: string }) => one.id)
  expect(await idsOf('filter[trigger]=gift_redeemed')).toEqual([id])
  expect(await idsOf('filter[trigger]=gift_redeemed&filter[enabled]=false')).toEqual([])
  expect((await h.client.get('/v1/automations?filter[trigger]=x')).status).toBe(400)
})

const refused: [string, string, object][] = [
  ['a misspelled attribute', '/condition', { condition: null }],
  ['a trigger that is a word', '/trigger', { trigger: 'offer_granted' }],
  ['a trigger that is not there', '/trigger/event', { trigger: { event: 'full_moon' } }],
  ['a trigger without an event', '/trigger', { trigger: {} }],
  ['an id that is none', '/trigger/resource_id', { trigger: { event: 'tag_added', resource_id: 'VIP' } }],
  [
    'an offer that is not there',
    '/trigger/resource_id',
    { trigger: { event: 'offer_granted', resource_id: '99999' } },
  ],
  [
    'a trigger with a resource of the wrong type',
    '/trigger/resource_id',
    { trigger: { event: 'contact_created', resource_id: '1' } },
  ],
  ['a condition that is none', '/conditions', { conditions: [] }],
  [
    'an unknown filter',
    '/conditions/any/0/filter',
    { conditions: { any: [{ filter: 'is_nice', value: '1' }] } },
  ],
  [
    'a tag that is not there',
    '/conditions/all/0/value',
    { conditions: { all: [{ filter: 'has_tag_id', value: '99999' }] } },
  ],
  ['no actions', '/actions', { actions: [] }],
  ['actions that are an object', '/actions', { actions: { action: 'stop' } }],
  ['an action that is a word', '/actions/0', { actions: ['stop'] }],
  ['an action without its name', '/actions/1', { actions: [{ action: 'stop' }, {}] }],
  ['an unknown action', '/actions/0/action', { actions: [{ action: 'dance' }] }],
  ['an action that lacks something', '/actions/0', { actions: [{ action: 'grant_offer' }] }],
  ['an action with something too many', '/actions/0/tag_id', { actions: [{ action: 'stop', tag_id: '1' }] }],
  ['an unknown tag', '/actions/0/tag_id', { actions: [{ action: 'add_tag', tag_id: '99999' }] }],
  [
    'an unknown template',
    '/actions/0/template_id',
    { actions: [{ action: 'send_email', template_id: '99999' }] },
  ],
  ['an unknown hook', '/actions/0/hook_id', { actions: [{ action: 'call_webhook', hook_id: '99999' }] }],
  ['a wait of no length', '/actions/0/amount', { actions: [{ action: 'wait', amount: 0, unit: 'days' }] }],
  ['a wait of half a day', '/actions/0/amount', { actions: [{ action: 'wait', amount: 0.5, unit: 'days' }] }],
  [
    'a wait in fortnights',
    '/actions/0/unit',
    { actions: [{ action: 'wait', amount: 1, unit: 'fortnights' }] },
  ],
  ['too many actions', '/actions', { actions: Array.from({ length: 51 }, () => ({ action: 'stop' })) }],
]

test.each(refused)('%s is refused, and the answer points at it', async (_, pointer, attributes) => {
  const body = bodyOf({ ...welcome(), ...attributes })
  const reply = await h.client.post('/v1/automations', body)
  expect([reply.status, reply.body.errors[0].source.pointer]).toEqual([422, `/data/attributes${pointer}`])
  expect(pointedAt(body, reply.body.errors[0].source.pointer)).toBeDefined()
})

test('archived resources cannot be named in a trigger, condition or action', async () => {
  const offer = await makeOffer(h.app, siteId, { archived_at: h.app.clock.now() })
  const tag = await makeTag(h.app, siteId)
  expect((await h.client.delete(`/v1/contact_tags/${tag}`)).status).toBe(200)
  const named = {
    '/trigger/resource_id': { trigger: { event: 'access_expired', resource_id: offer } },
    '/conditions/any/0/value': { conditions: { any: [{ filter: 'has_no_tag_id', value: tag }] } },
    '/actions/0/offer_id': { actions: [{ action: 'revoke_offer', offer_id: offer }] },
    '/actions/1/tag_id': { actions: [{ action: 'stop' }, { action: 'add_tag', tag_id: tag }] },
  }
  for (const [pointer, attributes] of Object.entries(named)) {
    const { status, body } = await h.client.post('/v1/automations', bodyOf({ ...welcome(), ...attributes }))
    expect([status, body.errors[0].source.pointer]).toEqual([422, `/data/attributes${pointer}`])
  }
})

test('a resource that an enabled automation or hook names cannot be archived or deleted, and the error lists them', async () => {
  const [tag, template] = [await makeTag(h.app, siteId), await makeTemplate(h.app, siteId)]
  const callable = await makeHook(h.app, siteId)
  const { id } = await create({
    ...welcome(),
    name: 'Only new ones',
    conditions: { all: [{ filter: 'has_all_tag_id', value: `${tagId},${tag}` }] },
    actions: [
      { action: 'send_email', template_id: template },
      { action: 'call_webhook', hook_id: callable },
    ],
  })
  const confined = (
    await h.client.post('/v1/hooks', {
      data: {
        type: 'hooks',
        attributes: { event: 'tag_added', target_url: 'https://hooks.example.com/', resource_id: tag },
      },
    })
  ).body.data.id
  const remove = (path: string) => h.client.delete(path)
  const things = [`/v1/contact_tags/${tag}`, `/v1/email_templates/${template}`, `/v1/hooks/${callable}`]
  for (const path of things) {
    const { body } = await expectRefusal(h.app, () => remove(path), 422, undefined)
    expect(body.errors[0]).toMatchObject({
      code: 'in_use',
      detail: expect.stringContaining(`the automation "Only new ones" (${id})`),
    })
  }
  const listed = (await remove(things[0]!)).body.errors[0].detail
  expect(listed).toBe(
    `It is used by the automation "Only new ones" (${id}), the hook ${confined} (tag_added). Disable or change the automation first. Disable or delete the hook first.`,
  )
  await inTransaction(h.app.db, async (tx) => {
    await expect(
      assertUnused(h.app, tx, siteId, 'offers', welcome().trigger.resource_id),
    ).rejects.toMatchObject({
      code: 'in_use',
    })
  })
  const enable = (path: string, type: string, enabled: boolean) =>
    h.client.patch(path, { data: { type, id: path.split('/').at(-1), attributes: { enabled } } })
  await enable(`/v1/automations/${id}`, 'automations', false)
  await enable(`/v1/hooks/${confined}`, 'hooks', false)
  for (const path of things) expect((await remove(path)).status).toBeLessThan(300)
  const again = await enable(`/v1/automations/${id}`, 'automations', true)
  expect([again.status, again.body.errors[0]]).toEqual([
    422,
    expect.objectContaining({
      code: 'not_found',
      detail: expect.stringContaining('It is named at /conditions/all/0/value.'),
      source: { pointer: '/data/attributes/enabled' },
    }),
  ])
  expect((await enable(`/v1/hooks/${confined}`, 'hooks', true)).status).toBe(422)
})

test('of archiving a tag and naming it in an automation concurrently, at most one succeeds', async () => {
  for (let n = 0; n < 10; n++) {
    const tag = await makeTag(h.app, siteId)
    const [made, removed] = await Promise.all([
      h.client.post(
        '/v1/automations',
        bodyOf({ ...welcome(), actions: [{ action: 'add_tag', tag_id: tag }] }),
      ),
      h.client.delete(`/v1/contact_tags/${tag}`),
    ])
    expect([
      [201, 422],
      [422, 200],
    ]).toContainEqual([made.status, removed.status])
  }
})

test('resources of another account are not found', async () => {
  const { siteId: elsewhere } = await makeAccount(h.app)
  const [theirOffer, theirTag] = [await makeOffer(h.app, elsewhere), await makeTag(h.app, elsewhere)]
  const theirTemplate = await makeTemplate(h.app, elsewhere)
  const theirHook = await makeHook(h.app, elsewhere)
  const named = {
    '/trigger/resource_id': { trigger: { event: 'offer_granted', resource_id: theirOffer } },
    '/conditions/value': { conditions: { filter: 'has_tag_id', value: theirTag } },
    '/actions/0/offer_id': { actions: [{ action: 'grant_offer', offer_id: theirOffer }] },
    '/actions/0/tag_id': { actions: [{ action: 'add_tag', tag_id: theirTag }] },
    '/actions/0/template_id': { actions: [{ action: 'send_email', template_id: theirTemplate }] },
    '/actions/0/hook_id': { actions: [{ action: 'call_webhook', hook_id: theirHook }] },
  }
  for (const [pointer, attributes] of Object.entries(named)) {
    const { status, body } = await h.client.post('/v1/automations', bodyOf({ ...welcome(), ...attributes }))
    expect([status, body.errors[0].source.pointer]).toEqual([422, `/data/attributes${pointer}`])
  }
})

test('a refused change leaves the automation as it was', async () => {
  const { id, attributes } = await create()
  const actions = [{ action: 'add_tag', tag_id: '99999' }]
  const reply = await h.client.patch(`/v1/automations/${id}`, bodyOf({ name: 'Other', actions }))
  expect(reply.status).toBe(422)
  expect((await h.client.get(`/v1/automations/${id}`)).body.data.attributes).toEqual(attributes)
})

test('runs can be filtered by automation, contact, status and event', async () => {
  const { id } = await create({
    name: 'Runs',
    trigger: { event: 'contact_created' },
    actions: [{ action: 'wait', amount: 1, unit: 'hours' }, { action: 'stop' }],
  })
  const contactId = await makeContact(h.app, siteId)
  await makeContact(h.app, siteId)
  await h.drain()
  const list = async (filter: string) => (await h.client.get(`/v1/automation_runs?${filter}`)).body
  const all = await list(`filter[automation_id]=${id}`)
  expect(all.meta.total).toBe(2)
  const [run] = (await list(`filter[contact_id]=${contactId}&include=automation,contact`)).data
  expect(run.attributes).toMatchObject({ status: 'active', reason: 'wait', depth: 0, version: 1 })
  expect(run.attributes.steps).toEqual([
    {
      position: 0,
      action: 'wait',
      state: 'done',
      detail: { amount: 1, unit: 'hours', until: run.attributes.due_at },
      done_at: expect.stringMatching(/Z$/),
    },
  ])
  expect(await list(`filter[event_id]=${run.attributes.event_id}`)).toMatchObject({ data: [{ id: run.id }] })
  expect((await list('filter[status]=failed')).data).toEqual([])
  expect((await h.client.get(`/v1/automation_runs/${run.id}`)).body.data).toEqual(run)
  expect(all.data.map((one: { id: string }) => one.id)[1]).toBe(run.id)
})

test('a site can have 200 enabled automations and no more', async () => {
  const { siteId: elsewhere, token } = await makeAccount(h.app)
  const client = h.clientWith(token)
  const plain = { name: 'Plain', trigger: { event: 'contact_created' }, actions: [{ action: 'stop' }] }
  const ids: string[] = []
  while (ids.length < 200) ids.push(await makeAutomation(h.app, elsewhere, plain))
  const another = (enabled: boolean) => client.post('/v1/automations', bodyOf({ ...plain, enabled }))
  const enable = (id: string, enabled: boolean) =>
    client.patch(`/v1/automations/${id}`, bodyOf({ name: 'Other', enabled }))
  await expectRefusal(h.app, () => another(true), 422, { pointer: '/data' })
  const { id } = (await another(false)).body.data
  await expectRefusal(h.app, () => enable(id, true), 422, { pointer: '/data' })
  expect((await enable(ids[0]!, true)).status).toBe(200)
  expect((await enable(ids[0]!, false)).status).toBe(200)
  expect((await enable(id, true)).status).toBe(200)
})
