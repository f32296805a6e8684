import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { advanceClock } from '../worker/advance-clock.ts'

interface Person {
  contactId: string
  customerId: string
}

let h: Harness
let ada: Person
let bob: Person
let hookId: string
let automationId: string
/** A time between the events of Ada and those of Bob. */
let between: string

async function grantTo(offerId: string): Promise<Person> {
  const contactId = await makeContact(h.app, h.account.siteId)
  const granted = await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  await h.drain()
  return { contactId, customerId: granted.body.meta.customer_id }
}

beforeAll(async () => {
  h = await startHarness()
  const { siteId } = h.account
  const offerId = await makeOffer(h.app, siteId)
  const action = { action: 'add_tag', tag_id: await makeTag(h.app, siteId) }
  const trigger = { event: 'offer_granted' }
  automationId = await makeAutomation(h.app, siteId, { trigger, actions: [action, { action: 'stop' }] })
  hookId = await makeHook(h.app, siteId, { event: 'offer_granted' })
  ada = await grantTo(offerId)
  await advanceClock(h.app, 86_400_000)
  between = h.app.clock.now().toISOString()
  await advanceClock(h.app, 86_400_000)
  bob = await grantTo(offerId)
  await h.client.delete(`/v1/contacts/${bob.contactId}/relationships/offers`, offersBody([offerId]))
  await h.client.delete(`/v1/hooks/${hookId}`)
  await h.client.delete(`/v1/automations/${automationId}`)
  await h.client.delete(`/v1/contacts/${bob.contactId}`)
})
afterAll(() => h.close())

/** The contacts of the rows of a list. */
async function about(path: string): Promise<string[]> {
  const { status, body, headers } = await h.client.get(path)
  expect([path, status, headers.get('warning')]).toEqual([path, 200, null])
  return body.data.map(
    ({
      relationships: { contact, customer },
    }: {
      relationships: Record<string, { data: { id: string } }>
    }) =>
      [ada, bob].find(
        ({ contactId, customerId }) => contactId === contact?.data.id || customerId === customer?.data.id,
      ) === ada
        ? 'ada'
        : 'bob',
  )
}

const LISTS = ['grants', 'automation_runs', 'webhook_deliveries', 'emails']

describe.each(LISTS)('the list of %s', (list) => {
  test('can be filtered by contact and by customer, including deleted ones', async () => {
    for (const [name, { contactId, customerId }] of [
      ['ada', ada],
      ['bob', bob],
    ] as const) {
      expect(await about(`/v1/${list}?filter[contact_id]=${contactId}`)).toEqual([name])
      expect(await about(`/v1/${list}?filter[customer_id]=${customerId}`)).toEqual([name])
    }
  })

  test('can be filtered by time', async () => {
    expect(await about(`/v1/${list}?filter[created_at_lt]=${between}`)).toEqual(['ada'])
    expect(await about(`/v1/${list}?filter[created_at_gt]=${between}`)).toEqual(['bob'])
    expect(await about(`/v1/${list}?filter[created_at_gteq]=2001-01-01&sort=created_at`)).toEqual([
      'ada',
      'bob',
    ])
    expect(await about(`/v1/${list}?sort=-created_at`)).toEqual(['bob', 'ada'])
  })

  test('has no rows about contacts of another account', async () => {
    const { status, body } = await h.client.get(`/v1/${list}?filter[contact_id]=999999`)
    expect([status, body.errors[0].source]).toEqual([404, { parameter: 'filter[contact_id]' }])
  })
})

test.each([
  ['grants', 'filter[revoke_reason]=revoked', ['bob']],
  ['grants', 'filter[reason]=revoked', ['bob']],
  ['grants', 'filter[reason]=expired', []],
  ['grants', 'filter[revoked_at_null]=true', ['ada']],
  ['grants', 'filter[source]=api', ['bob', 'ada']],
  ['automation_runs', 'filter[reason]=stop', ['bob', 'ada']],
  ['automation_runs', 'filter[reason]=contact_deleted', []],
  ['automation_runs', 'filter[ended_at_null]=true', []],
  ['webhook_deliveries', 'filter[reason]=econnrefused', []],
  ['emails', 'filter[reason]=mailbox', []],
  ['emails', 'filter[sent_at_null]=true', ['bob', 'ada']],
])('can be filtered by reason and by their own times: %s?%s', async (list, filter, expected) => {
  expect(await about(`/v1/${list}?${filter}`)).toEqual(expected)
})

test('deliveries can be filtered by their last error', async () => {
  const { body } = await h.client.get(`/v1/webhook_deliveries?filter[contact_id]=${ada.contactId}`)
  const { error } = body.data[0].attributes.attempts.at(-1)
  expect(await about(`/v1/webhook_deliveries?filter[reason]=${error}`)).toContain('ada')
})

test('an invalid reason is 400, and the error lists the valid ones', async () => {
  const { status, body } = await h.client.get('/v1/grants?filter[reason]=bored')
  expect(status).toBe(400)
  expect(body.errors[0].detail).toContain('revoked, replaced, expired, contact_deleted')
})

test('rows of a deleted automation or hook are listed', async () => {
  expect((await h.client.get(`/v1/automations/${automationId}`)).status).toBe(404)
  expect(await about(`/v1/automation_runs?filter[automation_id]=${automationId}`)).toEqual(['bob', 'ada'])
  expect((await h.client.get(`/v1/hooks/${hookId}`)).status).toBe(404)
  expect(await about(`/v1/webhook_deliveries?filter[hook_id]=${hookId}`)).toEqual(['bob', 'ada'])
})
