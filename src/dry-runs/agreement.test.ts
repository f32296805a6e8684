/** What a dry run says is what the same request then does: in generated situations, row by row. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import type { Effect } from './effect.ts'

const SITUATIONS = 24
const DAY = 86_400_000

let h: Harness
let siteId: string
/** Offers that requests are about, and one that only automations grant. */
let offers: string[]
let bonus: string
let tags: string[]
beforeAll(async () => {
  h = await startHarness({ settings: { TOKEN_TTL: String(365 * 86_400) } })
  siteId = h.account.siteId
  const { app } = h
  offers = [
    await makeOffer(app, siteId),
    await makeOffer(app, siteId, { access_days: 10, access_ending_days: 2 }),
    await makeOffer(app, siteId, { is_gift: true }),
    await makeOffer(app, siteId, { access_begins_at: new Date(app.clock.now().getTime() + 5 * DAY) }),
  ]
  bonus = await makeOffer(app, siteId)
  tags = [await makeTag(app, siteId), await makeTag(app, siteId)]
  await makeHook(app, siteId, { event: 'offer_granted' })
  await makeHook(app, siteId, { event: 'offer_granted', resourceId: offers[1] })
  await makeHook(app, siteId, { event: 'gift_granted' })
  await makeHook(app, siteId, { event: 'offer_revoked' })
  await makeHook(app, siteId, { event: 'access_extended' })
  const disabled = await makeHook(app, siteId, { event: 'customer_created' })
  const disable = { data: { type: 'hooks', id: disabled, attributes: { enabled: false } } }
  expect((await h.client.patch(`/v1/hooks/${disabled}`, disable)).status).toBe(200)
  await makeAutomations()
})
afterAll(() => h.close())

async function makeAutomations() {
  const { app } = h
  const template = await makeTemplate(app, siteId)
  const hook = await makeHook(app, siteId)
  const [one, other] = tags as [string, string]
  const make = (trigger: object, actions: object[], conditions: object | null = null, enabled = true) =>
    makeAutomation(app, siteId, { trigger, actions, conditions, enabled })
  const granted = (offer: string) => ({ event: 'offer_granted', resource_id: offer })
  await make({ event: 'customer_created' }, [
    { action: 'add_tag', tag_id: one },
    { action: 'grant_offer', offer_id: bonus },
    { action: 'wait', amount: 3, unit: 'days' },
    { action: 'send_email', template_id: template },
  ])
  await make(
    granted(offers[0]!),
    [{ action: 'remove_tag', tag_id: one }, { action: 'add_tag', tag_id: other }, { action: 'stop' }],
    { all: [{ filter: 'has_tag_id', value: one }] },
  )
  await make(
    granted(offers[0]!),
    [
      { action: 'send_email', template_id: template },
      { action: 'call_webhook', hook_id: hook },
    ],
    {
      any: [
        { filter: 'has_no_tag_id', value: other },
        { filter: 'has_offer_id', value: offers[1]! },
      ],
    },
  )
  await make(granted(offers[2]!), [{ action: 'grant_offer', offer_id: bonus }], null, false)
  await make({ event: 'offer_revoked', resource_id: offers[0]! }, [
    { action: 'revoke_offer', offer_id: bonus },
  ])
  await make({ event: 'access_extended' }, [{ action: 'add_tag', tag_id: other }])
}

/** A generator of numbers from 0 to 1 that repeats itself. */
function numbers(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

test(`in ${SITUATIONS} generated situations a dry run lists what the request then writes`, async () => {
  const next = numbers(20_261_127)
  const chance = (share: number) => next() < share
  const some = <Item>(items: Item[], share = 0.5) => items.filter(() => chance(share))
  const kinds = new Set<string>()
  for (let i = 0; i < SITUATIONS; i++) {
    await h.app.db
      .updateTable('sites')
      .set({ send_offer_grant_email: chance(0.5) })
      .where('id', '=', siteId)
      .execute()
    const contact = await makeContact(h.app, siteId, { name: chance(0.2) ? '' : 'Ada Lovelace' })
    const path = `/v1/contacts/${contact}/relationships/offers`
    if (chance(0.6)) await h.client.post(path, offersBody(some([...offers, bonus])))
    // In some, access was extended, and is restarted; or it is over.
    const limited = offersBody([offers[1]!], { renew: 'extend' })
    for (let times = i % 4 === 0 ? 2 : i % 4 === 1 ? 1 : 0; times > 0; times--)
      await h.client.post(path, limited)
    if (chance(0.4)) await tag(contact, some(tags))
    await h.drain()
    if (i % 4 === 1) await expire(contact)

    const restarts = i % 8 === 0
    const method = restarts || chance(0.6) ? 'POST' : chance(0.5) ? 'PATCH' : 'DELETE'
    const meta = {
      ...(method !== 'DELETE' && chance(0.4) && { send_offer_grant_email: chance(0.5) }),
      ...(method !== 'DELETE' && chance(0.3) && { send_customer_welcome_email: chance(0.5) }),
      ...(method === 'POST' && chance(0.4) && { renew: chance(0.5) ? 'extend' : 'restart' }),
      ...(restarts && { renew: 'restart' }),
    }
    const body = offersBody(restarts ? offers : some(offers, 0.6), meta)
    const dry = await h.client.send(method, `${path}?dry_run=true`, body)
    const last = await lastEventId()
    const real = await h.client.send(method, path, body)
    expect([i, dry.status, real.status]).toEqual([i, 200, 200])
    expect(dry.body.data).toEqual(real.body.data)
    expect(dry.body.meta.revoked).toEqual(real.body.meta.revoked)
    const effects = dry.body.meta.effects as Effect[]
    await h.dispatch()
    const written = await writtenAfter(last)
    expect({ i, ...predicted(effects) }).toEqual({ i, ...written })
    await h.drain()
    expect({ i, runs: predictedRuns(effects) }).toEqual({ i, runs: await runsAfter(last) })
    for (const { effect, happens, reason } of effects) kinds.add(`${effect} ${happens ? 'happens' : reason}`)
  }
  // The situations are many: nothing of this is true only because it never occurs.
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'customer_created happens',
      'offer_granted happens',
      'offer_granted already_granted',
      'access_extended happens',
      'access_changed happens',
      'access_expired happens',
      'offer_revoked happens',
      'offer_revoked not_held',
      'email happens',
      'email declined',
      'email off_on_site',
      'email already_customer',
      'webhook happens',
      'webhook hook_disabled',
      'automation happens',
      'automation conditions_not_met',
      'automation disabled',
    ]),
  )
}, 600_000)

const tag = (contact: string, ids: string[]) =>
  h.client.post(`/v1/contacts/${contact}/relationships/tags`, {
    data: ids.map((id) => ({ type: 'contact_tags', id })),
  })

/** Ends the access periods of a contact, before anything has noticed. */
const expire = (contact: string) =>
  h.app.pool.query(
    `update offer_grants g set starts_at = now() - interval '20 days', expires_at = now() - interval '1 hour'
       from customers c where c.id = g.customer_id and c.contact_id = $1 and g.expires_at is not null`,
    [contact],
  )

async function lastEventId(): Promise<string> {
  const { rows } = await h.app.pool.query('select coalesce(max(id), 0)::text as id from events')
  return rows[0].id
}

const happening = (effects: Effect[], effect: string) =>
  effects.filter((each) => each.effect === effect && each.happens)

const isReaction = ({ effect }: Effect) => ['email', 'webhook', 'automation'].includes(effect)

function predicted(effects: Effect[]) {
  return {
    events: effects
      .filter((each) => each.happens && !isReaction(each))
      .map(({ effect, offer_id }) => [effect, offer_id ?? null]),
    emails: happening(effects, 'email')
      .map(({ kind, event }) => `${kind} ${event}`)
      .sort(),
    deliveries: happening(effects, 'webhook')
      .map(({ hook_id, event }) => `${hook_id} ${event}`)
      .sort(),
  }
}

async function writtenAfter(last: string) {
  const events = await h.app.pool.query('select type, offer_id from events where id > $1 order by id', [last])
  const emails = await h.app.pool.query(
    `select m.kind || ' ' || e.type as what from emails m join events e on e.id = m.event_id
      where e.id > $1 and m.run_id is null`,
    [last],
  )
  const deliveries = await h.app.pool.query(
    `select d.hook_id || ' ' || e.type as what from webhook_deliveries d join events e on e.id = d.event_id
      where e.id > $1 and d.run_id is null`,
    [last],
  )
  return {
    events: events.rows.map(({ type, offer_id }) => [type, offer_id]),
    emails: emails.rows.map(({ what }) => what).sort(),
    deliveries: deliveries.rows.map(({ what }) => what).sort(),
  }
}

/** Of each run, why it stops, and the steps that are taken before time passes. */
function predictedRuns(effects: Effect[]) {
  return effects
    .filter(({ effect, reason }) => effect === 'automation' && reason !== 'disabled')
    .map(({ automation_id, event, reason, steps = [], at }) => ({
      run: `${automation_id} ${event}`,
      reason: reason ?? null,
      steps: steps.filter((step) => step.at === at).map(({ action, state }) => `${action} ${state}`),
    }))
}

async function runsAfter(last: string) {
  const { rows } = await h.app.pool.query(
    `select r.automation_id || ' ' || e.type as run, case r.reason when 'conditions_not_met' then r.reason end as reason,
            array(select s.action || ' ' || s.state from automation_run_steps s where s.run_id = r.id order by s.position) as steps
       from automation_runs r join events e on e.id = r.event_id
      where e.id > $1 and e.depth = 0 order by r.id`,
    [last],
  )
  return rows
}
