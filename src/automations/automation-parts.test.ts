/** What automation editors ask for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeContact, makeKey, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

interface Parameter {
  name: string
  is_required: boolean
  resource_type: string | null
  schema: { type?: string; minimum?: number; anyOf?: { const: string }[] }
}

test('an automation made of each trigger and each action that are listed is accepted', async () => {
  const { attributes } = (await h.client.get('/v1/automations/parts')).body.data
  const ids: Record<string, string> = {
    offers: await makeOffer(h.app, siteId),
    contact_tags: await makeTag(h.app, siteId),
    email_templates: await makeTemplate(h.app, siteId),
    hooks: await makeHook(h.app, siteId, { event: 'automation' }),
  }
  const sampleOf = ({ resource_type, schema }: Parameter) =>
    resource_type ? ids[resource_type] : (schema.anyOf?.[0]?.const ?? schema.minimum ?? true)
  const actions = attributes.actions.map(
    ({ action, parameters }: { action: string; parameters: Parameter[] }) => ({
      action,
      ...Object.fromEntries(parameters.map((parameter) => [parameter.name, sampleOf(parameter)])),
    }),
  )
  expect(actions).toHaveLength(9)
  for (const { event } of attributes.triggers) {
    // Enabled, they would start each other.
    const given = { name: event, trigger: { event }, actions, enabled: false }
    const document = { data: { type: 'automations', attributes: given } }
    expect((await h.client.post('/v1/automations', document)).status).toBe(201)
  }
  const wait = attributes.actions.find(({ action }: { action: string }) => action === 'wait')
  expect(wait.parameters).toEqual([
    {
      name: 'amount',
      is_required: true,
      resource_type: null,
      schema: { type: 'integer', minimum: 1, maximum: 1000 },
    },
    expect.objectContaining({ name: 'unit', is_required: true }),
  ])
  const granted = attributes.triggers.find(({ event }: { event: string }) => event === 'offer_granted')
  expect(granted).toMatchObject({ resource_type: 'offers' })
})

test('versions say how many active runs follow each, and what it does', async () => {
  const automation = await makeAutomation(h.app, siteId, {
    trigger: { event: 'contact_created' },
    actions: [{ action: 'wait', amount: 1, unit: 'days' }, { action: 'stop' }],
  })
  await makeContact(h.app, siteId)
  await makeContact(h.app, siteId)
  await h.drain()
  const changed = { conditions: { filter: 'subscribed', value: true }, actions: [{ action: 'stop' }] }
  await h.client.patch(`/v1/automations/${automation}`, {
    data: { type: 'automations', attributes: changed },
  })
  await makeContact(h.app, siteId)
  await h.drain()
  const { body } = await h.client.get(`/v1/automations/${automation}/versions`)
  const { versions } = body.data.attributes
  expect(versions).toMatchObject([
    { version: 2, active_runs: 0, actions: [{ action: 'stop' }], conditions: { filter: 'subscribed' } },
    { version: 1, active_runs: 2, trigger: { event: 'contact_created' }, conditions: null },
  ])
  const { token } = await makeKey(h.app, h.account, ['view:contacts'])
  expect((await h.clientWith(token).get(`/v1/automations/${automation}/versions`)).status).toBe(403)
})

test('filter[offer_id] finds the automations that name an offer, in any of their parts', async () => {
  const [offer, other] = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
  const wait = { action: 'wait', amount: 1, unit: 'days' }
  const definitions: Record<string, object> = {
    trigger: { trigger: { event: 'offer_granted', resource_id: offer }, actions: [wait] },
    conditions: {
      trigger: { event: 'contact_created' },
      conditions: {
        any: [{ filter: 'has_no_offer_id', value: offer }, { all: [{ filter: 'subscribed', value: true }] }],
      },
      actions: [wait],
    },
    actions: {
      trigger: { event: 'contact_created' },
      enabled: false,
      actions: [wait, { action: 'revoke_offer', offer_id: offer }],
    },
    other: { trigger: { event: 'offer_granted', resource_id: other }, actions: [wait] },
    // A tag with the same id is another thing.
    tag: {
      trigger: { event: 'tag_added' },
      conditions: { filter: 'name_contains', value: offer },
      actions: [wait],
    },
  }
  for (const [name, definition] of Object.entries(definitions))
    await makeAutomation(h.app, siteId, { name, ...definition })
  const { body } = await h.client.get(`/v1/automations?filter[offer_id]=${offer}&sort=name`)
  expect(body.data.map(({ attributes }: { attributes: { name: string } }) => attributes.name)).toEqual([
    'actions',
    'conditions',
    'trigger',
  ])
})
