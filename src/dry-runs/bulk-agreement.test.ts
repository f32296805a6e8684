/** What the dry run of a bulk job says is what the job then does, whatever its kind. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { bulkBody, runBulk } from '../testing/bulk.ts'
import { makeContact, makeOffer, offersBody, unique } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import type { CountedEffect } from './count-effects.ts'

let h: Harness
let siteId: string
let offer: string
let limited: string
let vip: string
/** By what they have. */
let contacts: string[]
let rows: object[]
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  const { app } = h
  offer = await makeOffer(app, siteId, { title: 'Clay' })
  limited = await makeOffer(app, siteId, { title: 'Glaze', access_days: 10 })
  vip = await makeTag(app, siteId)
  contacts = []
  for (let i = 0; i < 12; i++) contacts.push(await makeContact(app, siteId))
  const grant = (contact: string, ids: string[]) =>
    h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody(ids))
  for (const contact of contacts.slice(0, 3)) await grant(contact, [offer])
  for (const contact of contacts.slice(2, 5)) await grant(contact, [limited])
  for (const contact of contacts.slice(4, 8))
    await h.client.post(`/v1/contacts/${contact}/relationships/tags`, {
      data: [{ type: 'contact_tags', id: vip }],
    })
  await makeHook(app, siteId, { event: 'offer_granted' })
  await makeHook(app, siteId, { event: 'offer_granted', resourceId: offer })
  const disabled = await makeHook(app, siteId, { event: 'tag_added' })
  const disable = { data: { type: 'hooks', id: disabled, attributes: { enabled: false } } }
  await h.client.patch(`/v1/hooks/${disabled}`, disable)
  const actions = [{ action: 'stop' }]
  const hasTag = { all: [{ filter: 'has_tag_id', value: vip }] }
  const granted = { event: 'offer_granted', resource_id: offer }
  await makeAutomation(app, siteId, { trigger: granted, conditions: hasTag, actions })
  await makeAutomation(app, siteId, { trigger: { event: 'offer_revoked' }, actions })
  await makeAutomation(app, siteId, { trigger: { event: 'tag_removed' }, actions, enabled: false })
  await h.drain()
  const emails = [`new${unique()}@example.com`, `new${unique()}@example.com`]
  rows = [
    ...contacts.map((contact_id) => ({ contact_id })),
    { contact_id: contacts[7] },
    ...[emails[0], emails[1], emails[0]].map((email) => ({ email })),
    { contact_id: '99999999' },
    { contact_id: '99999998' },
  ]
})
afterAll(() => h.close())

const JOBS: [kind: string, meta: () => object, given: () => object[], sentences: RegExp[]][] = [
  [
    'grants',
    () => ({ offer_ids: [offer, limited] }),
    () => rows,
    [
      /^2 contacts would be created\.$/,
      /^The offer "Clay" would be granted to 11 contacts\.$/,
      /^The offer "Clay" would not be granted to 5 contacts: it is held already\.$/,
      /^9 welcome e-mails would be kept in the outbox: no mail server is configured\.$/,
      /^4 welcome e-mails would not be sent: the contact already was a customer\.$/,
      /^The hook \d+ at \S+ would be notified of offer_granted 22 times\.$/,
      /^The automation ".+" would run 4 times after offer_granted\.$/,
      /^The automation ".+" would not run 7 times after offer_granted: its conditions are not met\.$/,
    ],
  ],
  [
    'grants',
    () => ({ offer_ids: [limited], renew: 'extend', send_offer_grant_email: true, create_contacts: false }),
    () => [...rows, { email: `nobody${unique()}@example.com` }],
    [/^The end of access to the offer "Glaze" would change for 14 contacts\.$/],
  ],
  [
    'tags',
    () => ({ add_tag_ids: [vip] }),
    () => rows,
    [
      /would not be notified of tag_added \d+ times: it is disabled\.$/,
      /^The tag ".+" would not be added to/,
    ],
  ],
  [
    'tags',
    () => ({ remove_tag_ids: [vip] }),
    () => rows,
    [/^The automation ".+" would not run \d+ times after tag_removed: it is disabled\.$/],
  ],
  [
    'revocations',
    () => ({ offer_ids: [offer] }),
    () => rows,
    [/^The offer "Clay" would be revoked from 14 contacts\.$/, /would run 14 times after offer_revoked/],
  ],
]

test.each(JOBS)(
  '%s: the statement of a dry run agrees with what the job writes',
  async (kind, meta, given, sentences) => {
    const rowsOfJob = given()
    const before = await everything()
    const headers = { 'idempotency-key': `bulk-${unique()}` }
    const dry = await h.client.post(
      `/v1/bulk/${kind}?dry_run=true`,
      bulkBody({ rows: rowsOfJob }, meta()),
      headers,
    )
    expect([dry.status, dry.body.errors]).toEqual([200, undefined])
    expect(await everything()).toEqual(before)
    const { effects, failures, counts, contacts_created, total } = dry.body.meta
    const last = await lastEventId()
    const { job, rows: done } = await runBulk(h, kind, { rows: rowsOfJob }, meta())
    await h.drain()
    const written = await writtenAfter(last)
    expect([total, counts]).toEqual([job.total, job.counts])
    expect(contacts_created).toBe(written.events.contact_created ?? 0)
    expect(happening(effects, ({ effect }) => (isReaction(effect) ? null : effect))).toEqual(written.events)
    expect(
      happening(effects, ({ effect, kind: of, event }) => (effect === 'email' ? `${of} ${event}` : null)),
    ).toEqual(written.emails)
    expect(
      happening(effects, ({ effect, hook_id, event }) =>
        effect === 'webhook' ? `${hook_id} ${event}` : null,
      ),
    ).toEqual(written.deliveries)
    const runs = (effects as CountedEffect[])
      .filter(({ effect, reason }) => effect === 'automation' && reason !== 'disabled')
      .map(({ automation_id, event, reason, count }) => [`${automation_id} ${event} ${reason}`, count])
    expect(Object.fromEntries(runs)).toEqual(written.runs)
    const failed = done.flatMap(({ status, detail }, index) =>
      status === 'failed' ? [`${index + 1} ${detail}`] : [],
    )
    const predicted = (failures as { detail: string; positions: number[] }[]).flatMap(
      ({ detail, positions }) => positions.map((position) => `${position} ${detail}`),
    )
    expect(predicted.sort()).toEqual(failed.sort())
    const said = (effects as CountedEffect[]).map(({ sentence }) => sentence)
    for (const sentence of sentences) expect(said).toContainEqual(expect.stringMatching(sentence))
  },
)

const isReaction = (effect: string) => ['email', 'webhook', 'automation'].includes(effect)

function happening(effects: CountedEffect[], nameOf: (effect: CountedEffect) => string | null) {
  const counts: Record<string, number> = {}
  for (const effect of effects) {
    const name = effect.happens ? nameOf(effect) : null
    if (name !== null) counts[name] = (counts[name] ?? 0) + effect.count
  }
  return counts
}

async function everything() {
  const tables = [
    'contacts',
    'customers',
    'offer_grants',
    'events',
    'emails',
    'bulk_jobs',
    'bulk_job_rows',
    'idempotency_keys',
    'webhook_deliveries',
    'automation_runs',
    'taggings',
  ]
  const {
    rows: [counts],
  } = await h.app.pool.query(
    `select ${tables.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}`,
  )
  return counts
}

async function lastEventId(): Promise<string> {
  const { rows: found } = await h.app.pool.query('select coalesce(max(id), 0)::text as id from events')
  return found[0].id
}

async function writtenAfter(last: string) {
  const read = async (query: string): Promise<Record<string, number>> => {
    const { rows: found } = await h.app.pool.query(query, [last])
    return Object.fromEntries(found.map(({ what, count }) => [what, count]))
  }
  return {
    events: await read(
      'select type as what, count(*)::int from events where id > $1 and depth = 0 group by type',
    ),
    emails: await read(
      `select m.kind || ' ' || e.type as what, count(*)::int from emails m join events e on e.id = m.event_id
        where e.id > $1 and m.run_id is null group by 1`,
    ),
    deliveries: await read(
      `select d.hook_id || ' ' || e.type as what, count(*)::int from webhook_deliveries d join events e on e.id = d.event_id
        where e.id > $1 and d.run_id is null group by 1`,
    ),
    runs: await read(
      `select r.automation_id || ' ' || e.type || ' ' || coalesce(case r.reason when 'conditions_not_met' then r.reason end, 'null') as what,
              count(*)::int
         from automation_runs r join events e on e.id = r.event_id where e.id > $1 and e.depth = 0 group by 1`,
    ),
  }
}
