import { afterAll, beforeAll, expect, test } from 'vitest'
import { permissionsOf } from '../platform/auth/permissions.ts'
import { resources } from '../resources.ts'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import type { Client } from '../testing/client.ts'
import { makeKey, makeOffer } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { expectRefusal } from '../testing/refusals.ts'

const permissions: string[] = permissionsOf(resources)

let h: Harness
let siteId: string
const ids: Record<string, string> = {}
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  ids.offer_id = await makeOffer(h.app, siteId)
  ids.tag_id = await makeTag(h.app, siteId)
  ids.template_id = await makeTemplate(h.app, siteId)
  ids.hook_id = await makeHook(h.app, siteId)
})
afterAll(() => h.close())

const clientWith = async (allowed: string[]): Promise<Client> =>
  h.clientWith((await makeKey(h.app, h.account, allowed)).token)

const clientWithout = (lacking: string) => clientWith(permissions.filter((one) => one !== lacking))

const bodyOf = (attributes: object) => ({ data: { type: 'automations', attributes } })

const PLAIN = { name: 'Plain', trigger: { event: 'contact_created' }, actions: [{ action: 'stop' }] }

/** Differs in every attribute from the definition that is changed: current values are no change, and need no permission. */
const OTHER = { ...PLAIN, trigger: { event: 'tag_removed' } }

const ACTIONS = [
  ['grant_offer', 'offer_id', 'manage:grants'],
  ['revoke_offer', 'offer_id', 'manage:grants'],
  ['deactivate_offer', 'offer_id', 'manage:grants'],
  ['add_tag', 'tag_id', 'manage:contacts'],
  ['remove_tag', 'tag_id', 'manage:contacts'],
  ['send_email', 'template_id', 'manage:emails'],
  ['call_webhook', 'hook_id', 'manage:hooks'],
  ['call_webhook', 'hook_id', 'view:grants'],
] as const

test.each(ACTIONS)('the action %s, by its %s, needs %s', async (action, member, permission) => {
  const actions = [{ action: 'stop' }, { action, [member]: ids[member] }]
  await expectToTake(permission, { actions }, '/data/attributes/actions/1')
})

const TRIGGERS = [
  ['contact_created', 'view:contacts'],
  ['tag_added', 'view:contacts'],
  ['customer_created', 'view:customers'],
  ['offer_granted', 'view:grants'],
  ['gift_redeemed', 'view:customers'],
  ['access_expired', 'view:offers'],
] as const

test.each(TRIGGERS)('the trigger %s needs %s', async (event, permission) => {
  await expectToTake(permission, { trigger: { event } }, '/data/attributes/trigger')
})

test('conditions take view:contacts', async () => {
  const conditions = { filter: 'has_tag_id', value: ids.tag_id }
  await expectToTake('view:contacts', { conditions }, '/data/attributes/conditions')
})

/** Creates an automation with it, and changes an existing one to it. */
async function expectToTake(permission: string, attributes: object, pointer: string): Promise<void> {
  const client = await clientWithout(permission)
  const body = bodyOf({ ...PLAIN, ...attributes })
  const created = await expectRefusal(h.app, () => client.post('/v1/automations', body), 403, { pointer })
  expect(created.body.errors[0].detail).toContain(permission)
  const id = await makeAutomation(h.app, siteId, OTHER)
  const change = () => client.patch(`/v1/automations/${id}`, bodyOf(attributes))
  await expectRefusal(h.app, change, 403, { pointer })
  const kept = (await h.client.get(`/v1/automations/${id}`)).body.data.attributes
  expect(kept).toMatchObject({ ...OTHER, conditions: null, version: 1 })
  expect((await (await clientWith([...permissions])).post('/v1/automations', body)).status).toBe(201)
}

test('a key without the permissions of the actions can rename and disable an automation, but not enable it', async () => {
  const actions = [{ action: 'grant_offer', offer_id: ids.offer_id }]
  const id = await makeAutomation(h.app, siteId, { ...PLAIN, actions })
  const client = await clientWithout('manage:grants')
  const change = (attributes: object) => client.patch(`/v1/automations/${id}`, bodyOf(attributes))
  expect((await change({ name: 'Other', enabled: false })).status).toBe(200)
  await expectRefusal(h.app, () => change({ enabled: true }), 403, { pointer: '/data/attributes' })
  await expectRefusal(h.app, () => change({ trigger: { event: 'tag_added' } }), 403, {
    pointer: '/data/attributes',
  })
  expect((await h.client.get(`/v1/automations/${id}`)).body.data.attributes.enabled).toBe(false)
})

test('an automation that purchases start needs the permission to view them', async () => {
  const body = bodyOf({ ...PLAIN, trigger: { event: 'offer_purchased' } })
  const client = await clientWith(permissions.filter((permission) => permission !== 'view:purchases'))
  await expectRefusal(h.app, () => client.post('/v1/automations', body), 403, {
    pointer: '/data/attributes/trigger',
  })
  const permitted = await clientWith([...permissions])
  expect((await permitted.post('/v1/automations', body)).status).toBe(201)
})
