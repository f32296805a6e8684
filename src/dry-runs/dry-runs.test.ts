import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeContact, makeKey, makeOffer, makeProduct, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { changesBetween, snapshotOf } from '../testing/snapshot.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

interface Effect {
  effect: string
  happens: boolean
  reason: string | null
  sentence: string
  [member: string]: unknown
}

type Method = 'POST' | 'PATCH' | 'DELETE'

async function dryRun(
  contactId: string,
  offerIds: string[],
  {
    method = 'POST',
    meta,
    client = h.client,
  }: { method?: Method; meta?: object; client?: Harness['client'] } = {},
) {
  const before = await snapshotOf(h.app)
  const path = `/v1/contacts/${contactId}/relationships/offers?dry_run=true`
  const reply = await client.send(method, path, offersBody(offerIds, meta))
  expect([reply.status, reply.body.errors]).toEqual([200, undefined])
  expect(changesBetween(before, await snapshotOf(h.app))).toEqual([])
  expect(reply.body.meta.dry_run).toBe(true)
  return { body: reply.body, effects: reply.body.meta.effects as Effect[] }
}

const grant = (contactId: string, offerIds: string[], meta?: object) =>
  h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody(offerIds, meta))

const summaryOf = (effects: Effect[]) =>
  effects.map(({ effect, happens, reason }) => [effect, happens, reason])

test('a dry run of a grant answers like the grant, without ids of what does not exist, and says what would happen', async () => {
  const offer = await makeOffer(h.app, siteId, { title: 'Painting Light', access_days: 10 })
  const contact = await makeContact(h.app, siteId, { name: 'Grace Hopper', email: 'grace@example.com' })
  const { body, effects } = await dryRun(contact, [offer])
  expect(body.data).toEqual([{ type: 'offers', id: offer }])
  expect(body.meta).toMatchObject({
    customer_created: true,
    offers: [{ id: offer, status: 'granted', expires_at: expect.any(String) }],
  })
  expect(body.meta.customer_id).toBeUndefined()
  expect(Object.keys(body.meta.offers[0])).toEqual(['id', 'status', 'expires_at'])
  expect(summaryOf(effects)).toEqual([
    ['customer_created', true, null],
    ['offer_granted', true, null],
    ['email', true, null],
    ['email', false, 'off_on_site'],
  ])
  expect(effects[0]!.sentence).toBe('Grace Hopper would become a customer.')
  expect(effects[1]!.sentence).toMatch(
    /^The offer "Painting Light" would be granted to Grace Hopper, with access until \d+ \w+ \d{4} at \d\d:\d\d UTC\.$/,
  )
  expect(effects[2]).toMatchObject({
    kind: 'welcome',
    to_email: 'grace@example.com',
    status: 'kept',
    subject: expect.stringContaining('Site'),
  })
  // The same request, for real, which also shows that the comparison of all tables finds what is written.
  const before = await snapshotOf(h.app)
  const real = (await grant(contact, [offer])).body
  expect(real.data).toEqual(body.data)
  expect(changesBetween(before, await snapshotOf(h.app))).toEqual(
    expect.arrayContaining(['customers', 'events', 'offer_grants']),
  )
  expect(real.meta.offers[0].expires_at.slice(0, 16)).toBe(body.meta.offers[0].expires_at.slice(0, 16))
})

test('what is held already, and e-mails that are declined, are listed with the reason', async () => {
  const offers = [await makeOffer(h.app, siteId, { title: 'Held' }), await makeOffer(h.app, siteId)]
  const contact = await makeContact(h.app, siteId)
  await grant(contact, [offers[0]!])
  const { effects } = await dryRun(contact, offers, { meta: { send_offer_grant_email: false } })
  expect(summaryOf(effects)).toEqual([
    ['offer_granted', true, null],
    ['offer_granted', false, 'already_granted'],
    ['email', false, 'declined'],
    ['email', false, 'already_customer'],
  ])
  expect(effects[1]!.sentence).toMatch(
    /^The offer "Held" would not be granted: it is held already, by a grant of .* UTC \(api_key:\d+\), without end\.$/,
  )
  const stranger = await makeContact(h.app, siteId)
  const declined = await dryRun(stranger, [offers[0]!], { meta: { send_customer_welcome_email: false } })
  expect(summaryOf(declined.effects)).toContainEqual(['email', false, 'declined'])
})

test('an extension, an end of access and the announcement of the end are described', async () => {
  const offer = await makeOffer(h.app, siteId, { title: 'Limited', access_days: 10, access_ending_days: 2 })
  const contact = await makeContact(h.app, siteId)
  const { body } = await grant(contact, [offer])
  const { effects } = await dryRun(contact, [offer], { meta: { renew: 'extend' } })
  expect(effects[0]).toMatchObject({ effect: 'access_extended', offer_id: offer })
  expect(effects[0]!.previous_expires_at).toBe(body.meta.offers[0].expires_at)
  expect(effects[0]!.sentence).toMatch(/Its end would be announced on/)
  const path = `/v1/grants/${body.meta.offers[0].grant_id}?dry_run=true`
  const before = await snapshotOf(h.app)
  const attributes = { expires_at: '2099-01-01T00:00:00.000Z' }
  const patched = await h.client.patch(path, {
    data: { type: 'grants', id: body.meta.offers[0].grant_id, attributes },
  })
  expect(patched.body.data.attributes.expires_at).toBe(attributes.expires_at)
  expect(patched.body.meta.dry_run).toBe(true)
  expect(patched.body.meta.effects[0]).toMatchObject({ effect: 'access_extended', happens: true })
  expect(changesBetween(before, await snapshotOf(h.app))).toEqual([])
})

test('a revocation says which products stay, and what is not held', async () => {
  const product = await makeProduct(h.app, siteId, 'Clay')
  const [one, other] = [
    await makeOffer(h.app, siteId, { title: 'Clay course', productIds: [product] }),
    await makeOffer(h.app, siteId, { title: 'Studio Bundle', productIds: [product] }),
  ]
  const contact = await makeContact(h.app, siteId)
  await grant(contact, [one, other])
  const { effects } = await dryRun(contact, [one, await makeOffer(h.app, siteId)], { method: 'DELETE' })
  expect(summaryOf(effects)).toEqual([
    ['offer_revoked', true, null],
    ['offer_revoked', false, 'not_held'],
  ])
  expect(effects[0]!.sentence).toBe(
    'The offer "Clay course" would be revoked from Ada Lovelace. The product "Clay" stays, through "Studio Bundle".',
  )
  const replaced = await dryRun(contact, [one], { method: 'PATCH' })
  expect(summaryOf(replaced.effects)).toEqual([
    ['offer_revoked', true, null],
    ['offer_granted', false, 'already_granted'],
  ])
})

test('automations are listed with their steps and dates, or with the condition that is not met and the value found', async () => {
  const offer = await makeOffer(h.app, siteId, { title: 'Course' })
  const vip = await makeTag(h.app, siteId)
  const template = await makeTemplate(h.app, siteId)
  const bonus = await makeOffer(h.app, siteId, { title: 'Bonus' })
  const trigger = { event: 'offer_granted', resource_id: offer }
  await makeAutomation(h.app, siteId, {
    name: 'Follow up',
    trigger,
    actions: [
      { action: 'add_tag', tag_id: vip },
      { action: 'wait', amount: 2, unit: 'days' },
      { action: 'send_email', template_id: template },
      { action: 'grant_offer', offer_id: bonus },
      { action: 'grant_offer', offer_id: bonus },
    ],
  })
  // It begins after the first step of the other one.
  await makeAutomation(h.app, siteId, {
    name: 'For VIPs',
    trigger,
    conditions: { all: [{ filter: 'has_tag_id', value: vip }] },
    actions: [{ action: 'stop' }],
  })
  await makeAutomation(h.app, siteId, {
    name: 'For others',
    trigger,
    conditions: { any: [{ filter: 'has_no_tag_id', value: vip }] },
    actions: [{ action: 'stop' }],
  })
  await makeAutomation(h.app, siteId, { name: 'Off', enabled: false, trigger, actions: [{ action: 'stop' }] })
  const contact = await makeContact(h.app, siteId, { email: 'steps@example.com' })
  const { effects } = await dryRun(contact, [offer])
  const automations = effects.filter(({ effect }) => effect === 'automation')
  expect(
    automations.map(({ automation_name, happens, reason }) => [automation_name, happens, reason]),
  ).toEqual([
    ['Follow up', true, null],
    ['For VIPs', true, null],
    ['For others', false, 'conditions_not_met'],
    ['Off', false, 'disabled'],
  ])
  const [followUp, , others] = automations as [Effect, Effect, Effect]
  const steps = followUp.steps as { at: string; state: string; reason: string | null; sentence: string }[]
  expect(steps.map(({ state, reason }) => [state, reason])).toEqual([
    ['done', null],
    ['done', null],
    ['done', null],
    ['done', null],
    ['skipped', 'unchanged'],
  ])
  expect(Date.parse(steps[2]!.at) - Date.parse(steps[1]!.at)).toBe(2 * 86_400_000)
  expect(steps[2]!.sentence).toMatch(/^Would send the e-mail "Template \d+" to steps@example.com\.$/)
  expect(steps[4]!.sentence).toBe('Would not grant the offer "Bonus": the customer already holds it.')
  expect(others.sentence).toMatch(
    /^The automation "For others" would not run after offer_granted: its conditions are not met\. Does not have this tag \((Tag \d+)\): no\. Found: \1\.$/,
  )
})

test('hooks are listed with their target, disabled ones with the reason', async () => {
  const offer = await makeOffer(h.app, siteId)
  const hook = await makeHook(h.app, siteId, { event: 'offer_granted' })
  const disabled = await makeHook(h.app, siteId, { event: 'offer_granted' })
  await h.client.patch(`/v1/hooks/${disabled}`, {
    data: { type: 'hooks', id: disabled, attributes: { enabled: false } },
  })
  const { effects } = await dryRun(await makeContact(h.app, siteId), [offer])
  const webhooks = effects.filter(({ effect }) => effect === 'webhook')
  expect(webhooks.map(({ hook_id, happens, reason }) => [hook_id, happens, reason])).toEqual([
    [hook, true, null],
    [disabled, false, 'hook_disabled'],
  ])
  await h.client.delete(`/v1/hooks/${hook}`)
})

test('a caller sees of e-mails, hooks and automations what its permissions show', async () => {
  const offer = await makeOffer(h.app, siteId)
  const trigger = { event: 'offer_granted', resource_id: offer }
  await makeAutomation(h.app, siteId, {
    trigger,
    conditions: { all: [{ filter: 'email', value: 'x@example.com' }] },
    actions: [{ action: 'stop' }],
  })
  const hook = await makeHook(h.app, siteId, { event: 'offer_granted' })
  const key = await makeKey(h.app, h.account, ['manage:grants'])
  const contact = await makeContact(h.app, siteId, { email: 'secret@example.com' })
  const { effects } = await dryRun(contact, [offer], { client: h.clientWith(key.token) })
  expect(JSON.stringify(effects)).not.toMatch(/secret@|http:/)
  expect(effects.find(({ effect }) => effect === 'email')).toMatchObject({ subject: null, to_email: null })
  expect(effects.find(({ effect }) => effect === 'automation')).toMatchObject({ conditions: null, steps: [] })
  const none = h.clientWith((await makeKey(h.app, h.account, ['view:contacts'])).token)
  const path = `/v1/contacts/${contact}/relationships/offers?dry_run=true`
  expect((await none.post(path, offersBody([offer]))).status).toBe(403)
  await h.client.delete(`/v1/hooks/${hook}`)
})

test('errors are those of the grant', async () => {
  const contact = await makeContact(h.app, siteId)
  const path = `/v1/contacts/${contact}/relationships/offers?dry_run=true`
  const unknown = await h.client.post(path, offersBody(['999999']))
  expect([unknown.status, unknown.body.errors[0].source]).toEqual([404, { pointer: '/data/0' }])
  expect(
    (await h.client.post('/v1/contacts/999999/relationships/offers?dry_run=1', offersBody([]))).status,
  ).toBe(404)
})

test('an Idempotency-Key is not used up by a dry run', async () => {
  const offer = await makeOffer(h.app, siteId)
  const contact = await makeContact(h.app, siteId)
  const path = `/v1/contacts/${contact}/relationships/offers`
  const key = { 'idempotency-key': 'tried first' }
  for (let i = 0; i < 2; i++) {
    const reply = await h.client.post(`${path}?dry_run=true`, offersBody([offer]), key)
    expect([reply.status, reply.headers.get('idempotent-replayed')]).toEqual([200, null])
  }
  const real = await h.client.post(path, offersBody([offer]), key)
  expect(real.body.meta.offers[0].status).toBe('granted')
})

test('a dry run is never executed for another spelling, value or operation', async () => {
  const offer = await makeOffer(h.app, siteId)
  const contact = await makeContact(h.app, siteId)
  const before = await snapshotOf(h.app)
  const grants = `/v1/contacts/${contact}/relationships/offers`
  for (const [path, body] of [
    [`${grants}?dry_run=yes`, offersBody([offer])],
    [`${grants}?dry_run`, offersBody([offer])],
    [`${grants}?dryRun=true`, offersBody([offer])],
    [`${grants}?dry-run=true`, offersBody([offer])],
    ['/v1/contacts?dry_run=true', { data: { type: 'contacts', attributes: { email: 'dry@example.com' } } }],
  ] as const) {
    const { status, body: answer } = await h.client.post(path, body)
    expect([path, status, answer.errors?.[0].source.parameter]).toEqual([
      path,
      400,
      /\?([\w-]+)/.exec(path)![1],
    ])
  }
  expect(changesBetween(before, await snapshotOf(h.app))).toEqual([])
  expect(
    (await h.client.post(`${grants}?dry_run=false`, offersBody([offer]))).body.meta.dry_run,
  ).toBeUndefined()
})

test('with EXTENSIONS=off a dry run is refused', async () => {
  const plain = await startHarness({ settings: { EXTENSIONS: 'off' } })
  const offer = await makeOffer(plain.app, plain.account.siteId)
  const contact = await makeContact(plain.app, plain.account.siteId)
  const path = `/v1/contacts/${contact}/relationships/offers?dry_run=true`
  const { status, body } = await plain.client.post(path, offersBody([offer]))
  expect([status, body.errors[0].code]).toEqual([400, 'dry_run_not_supported'])
  await plain.close()
})

test('dry runs and grants of the same people at once: no error, and every grant is there once', async () => {
  const offers = [
    await makeOffer(h.app, siteId),
    await makeOffer(h.app, siteId),
    await makeOffer(h.app, siteId),
  ]
  const contacts = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
  const hook = await makeHook(h.app, siteId, { event: 'offer_granted' })
  await makeAutomation(h.app, siteId, {
    trigger: { event: 'customer_created' },
    actions: [
      { action: 'add_tag', tag_id: await makeTag(h.app, siteId) },
      { action: 'grant_offer', offer_id: offers[2] },
    ],
  })
  const dispatching = Promise.all(Array.from({ length: 10 }, () => h.drain()))
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const dry = i % 2 === 0 ? '?dry_run=true' : ''
      const path = `/v1/contacts/${contacts[i % 4 < 2 ? 0 : 1]}/relationships/offers${dry}`
      return h.client.post(path, offersBody([offers[i % 3]!]))
    }),
  )
  await dispatching
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
  await h.drain()
  const { rows } = await h.app.pool.query(
    `select count(*)::int as count from offer_grants g join customers c on c.id = g.customer_id
      where c.contact_id = any ($1::bigint[])`,
    [contacts],
  )
  expect(rows[0].count).toBe(6)
  await h.client.delete(`/v1/hooks/${hook}`)
})
