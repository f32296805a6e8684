import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeContact, makeKey, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { changesBetween, snapshotOf } from '../testing/snapshot.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

const DAY = 86_400_000

/** A test of an automation, or of a draft, which writes nothing. */
async function tried(path: string, body: object, client = h.client) {
  const before = await snapshotOf(h.app)
  const reply = await client.post(path, body)
  expect(changesBetween(before, await snapshotOf(h.app))).toEqual([])
  return reply
}

const testOn = async (automation: string, contact_id: string, more: object = {}) =>
  (await tried(`/v1/automations/${automation}/test`, { meta: { contact_id, ...more } })).body.meta

const addTags = (contact: string, ids: string[]) =>
  h.client.post(`/v1/contacts/${contact}/relationships/tags`, {
    data: ids.map((id) => ({ type: 'contact_tags', id })),
  })

describe('a test on a contact', () => {
  test('shows each condition with the value found, and each step with its date', async () => {
    const [vip, fresh] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
    const automation = await makeAutomation(h.app, siteId, {
      name: 'Two days later',
      trigger: { event: 'offer_granted' },
      conditions: {
        all: [
          { filter: 'has_no_tag_id', value: vip },
          {
            any: [
              { filter: 'subscribed', value: true },
              { filter: 'email_contains', value: 'grace' },
            ],
          },
        ],
      },
      actions: [
        { action: 'add_tag', tag_id: fresh },
        { action: 'wait', amount: 2, unit: 'days' },
        { action: 'wait', amount: 1, unit: 'hours' },
        { action: 'send_email', template_id: await makeTemplate(h.app, siteId) },
      ],
    })
    const contact = await makeContact(h.app, siteId, { name: 'Grace Hopper', email: 'grace@example.com' })
    const passed = await testOn(automation, contact)
    expect(passed).toMatchObject({ would_run: true, reason: null })
    expect(passed.sentence).toBe(
      'The automation "Two days later" would run, if offer_granted occurred to Grace Hopper now.',
    )
    const times = passed.steps.map(({ at }: { at: string }) => Date.parse(at))
    expect(times.map((time: number) => time - times[0])).toEqual([0, 0, 2 * DAY, 2 * DAY + 3_600_000])
    expect(passed.steps[3]).toMatchObject({
      action: 'send_email',
      to_email: 'grace@example.com',
      state: 'done',
    })

    await addTags(contact, [vip])
    const failed = await testOn(automation, contact)
    expect(failed).toMatchObject({ would_run: false, reason: 'conditions_not_met' })
    const [noTag, either] = failed.conditions.all
    expect(noTag).toMatchObject({
      filter: 'has_no_tag_id',
      value: vip,
      is_met: false,
      is_recorded: true,
    })
    expect(noTag.found).toHaveLength(1)
    expect(noTag.sentence).toBe(`Does not have this tag (${noTag.found[0]}): no. Found: ${noTag.found[0]}.`)
    expect(either.is_met).toBe(true)
    expect(either.any.map(({ is_met, found }: Record<string, unknown>) => [is_met, found])).toEqual([
      [expect.any(Boolean), expect.any(Boolean)],
      [true, 'grace@example.com'],
    ])
    // A step of a run that would go ahead, all the same.
    expect(failed.steps).toHaveLength(4)
  })

  test('says when it would not run: disabled, or restricted to another offer', async () => {
    const [offer, other] = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
    const definition = {
      trigger: { event: 'offer_granted', resource_id: offer },
      actions: [{ action: 'grant_offer', offer_id: offer }],
    }
    const contact = await makeContact(h.app, siteId)
    const enabled = await makeAutomation(h.app, siteId, definition)
    expect((await testOn(enabled, contact)).would_run).toBe(true)
    expect(await testOn(enabled, contact, { resource_id: other })).toMatchObject({ reason: 'other_resource' })
    const disabled = await makeAutomation(h.app, siteId, { ...definition, enabled: false })
    expect(await testOn(disabled, contact)).toMatchObject({ would_run: false, reason: 'disabled' })
    await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
    const [step] = (await testOn(enabled, contact)).steps
    expect([step.state, step.reason]).toEqual(['skipped', 'unchanged'])
  })

  test('works on a draft, with the errors and permissions of a new automation', async () => {
    const contact_id = await makeContact(h.app, siteId)
    const draft = (attributes: object) => ({
      data: { type: 'automations', attributes },
      meta: { contact_id },
    })
    const attributes = {
      name: 'Draft',
      trigger: { event: 'tag_added' },
      actions: [{ action: 'wait', amount: 1, unit: 'months' }, { action: 'stop' }],
    }
    const { status, body } = await tried('/v1/automations/test_draft', draft(attributes))
    expect([status, body.meta.would_run, body.meta.steps.length]).toEqual([200, true, 2])
    const wrong = await tried(
      '/v1/automations/test_draft',
      draft({ ...attributes, actions: [{ action: 'add_tag', tag_id: '999999' }] }),
    )
    expect([wrong.status, wrong.body.errors[0].source.pointer]).toEqual([
      422,
      '/data/attributes/actions/0/tag_id',
    ])
    const key = await makeKey(h.app, h.account, ['manage:automations', 'view:contacts'])
    const granting = draft({
      ...attributes,
      actions: [{ action: 'grant_offer', offer_id: await makeOffer(h.app, siteId) }],
    })
    expect((await tried('/v1/automations/test_draft', granting, h.clientWith(key.token))).status).toBe(403)
  })

  test('refuses a contact or a resource that the site does not have', async () => {
    const automation = await makeAutomation(h.app, siteId, {
      trigger: { event: 'contact_created' },
      actions: [{ action: 'stop' }],
    })
    const path = `/v1/automations/${automation}/test`
    const unknown = await tried(path, { meta: { contact_id: '999999' } })
    expect([unknown.status, unknown.body.errors[0].source]).toEqual([404, { pointer: '/meta/contact_id' }])
    const contact_id = await makeContact(h.app, siteId)
    const needless = await tried(path, { meta: { contact_id, resource_id: '1' } })
    expect([needless.status, needless.body.errors[0].source]).toEqual([422, { pointer: '/meta/resource_id' }])
  })

  test('shows values of conditions and e-mails only to who may view them', async () => {
    const automation = await makeAutomation(h.app, siteId, {
      trigger: { event: 'contact_created' },
      conditions: { all: [{ filter: 'email', value: 'nobody@example.com' }] },
      actions: [{ action: 'send_email', template_id: await makeTemplate(h.app, siteId) }],
    })
    const contact_id = await makeContact(h.app, siteId, { email: 'hidden@example.com' })
    const key = await makeKey(h.app, h.account, ['manage:automations'])
    const { body } = await tried(
      `/v1/automations/${automation}/test`,
      { meta: { contact_id } },
      h.clientWith(key.token),
    )
    expect(body.meta).toMatchObject({ reason: 'conditions_not_met', conditions: null })
    expect(JSON.stringify(body)).not.toContain('hidden@')
  })
})

describe('why it did not run', () => {
  const whyNot = async (automation: string, contact: string) =>
    (await h.client.get(`/v1/automations/${automation}/why_not?filter[contact_id]=${contact}`)).body.data
      .attributes

  const edit = (id: string, attributes: object) =>
    h.client.patch(`/v1/automations/${id}`, { data: { type: 'automations', id, attributes } })

  const outcomes = ({ occurrences }: { occurrences: { outcome: string; reason: string | null }[] }) =>
    occurrences.map(({ outcome, reason }) => [outcome, reason])

  const ofTag = (tag: string, more: object = {}) => ({
    trigger: { event: 'tag_added', resource_id: tag },
    actions: [{ action: 'stop' }],
    ...more,
  })

  test('there was no event, or it is about something else', async () => {
    const [tag, other] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
    const automation = await makeAutomation(h.app, siteId, ofTag(tag))
    const contact = await makeContact(h.app, siteId)
    const none = await whyNot(automation, contact)
    expect([none.event, none.disabled_at, none.occurrences, none.sentence]).toEqual([
      'tag_added',
      null,
      [],
      expect.stringMatching(/has not run: no event tag_added of the contact is in the event log\.$/),
    ])
    await addTags(contact, [other])
    expect(outcomes(await whyNot(automation, contact))).toEqual([['did_not_start', 'not_processed']])
    await h.drain()
    const elsewhere = await whyNot(automation, contact)
    expect(outcomes(elsewhere)).toEqual([['did_not_start', 'other_resource']])
    const { name } = (await h.client.get(`/v1/contact_tags/${other}`)).body.data.attributes
    expect(elsewhere.occurrences[0]).toMatchObject({
      about: { type: 'contact_tags', id: other, name },
      since: null,
      error: null,
    })
    expect(elsewhere.occurrences[0].sentence).toMatch(
      /^The event is about "Tag \d+", and the trigger is restricted/,
    )
  })

  test('it was created or enabled after the event, or is disabled', async () => {
    const tag = await makeTag(h.app, siteId)
    const disabled = await makeAutomation(h.app, siteId, ofTag(tag, { enabled: false }))
    const contact = await makeContact(h.app, siteId)
    await addTags(contact, [tag])
    await h.drain()
    const { disabled_at, ...whileDisabled } = await whyNot(disabled, contact)
    expect(outcomes(whileDisabled)).toEqual([['did_not_start', 'disabled']])
    expect(Date.parse(disabled_at)).toBeLessThanOrEqual(Date.now())
    expect(whileDisabled.occurrences[0].since).toBe(disabled_at)
    const created = await makeAutomation(h.app, siteId, ofTag(tag))
    expect(outcomes(await whyNot(created, contact))).toEqual([['did_not_start', 'created_later']])
    await h.app.pool.query(
      `update events set occurred_at = occurred_at - interval '3 minutes', dispatched_at = dispatched_at - interval '3 minutes'`,
    )
    await h.app.pool.query(
      `update automations set created_at = created_at - interval '1 day', disabled_at = disabled_at - interval '1 day'`,
    )
    await h.app.pool.query(`update automation_versions set created_at = created_at - interval '1 day'`)
    await edit(disabled, { enabled: true })
    const enabled = await whyNot(disabled, contact)
    expect(outcomes(enabled)).toEqual([['did_not_start', 'enabled_later']])
    expect(enabled.occurrences[0].sentence).toBe('The automation was enabled 3 minutes after the event.')
    expect(
      Date.parse(enabled.occurrences[0].since) - Date.parse(enabled.occurrences[0].occurred_at),
    ).toBeGreaterThan(170_000)
    // Since it is enabled, a new event starts it.
    const late = await makeContact(h.app, siteId)
    await addTags(late, [tag])
    await h.drain()
    expect(outcomes(await whyNot(disabled, late))).toEqual([['ran', 'stop']])
  })

  test('a run has stopped: conditions with the value of now, or a repetition', async () => {
    const [tag, vip] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
    const conditional = await makeAutomation(
      h.app,
      siteId,
      ofTag(tag, { conditions: { all: [{ filter: 'has_tag_id', value: vip }] } }),
    )
    const loop = await makeAutomation(h.app, siteId, {
      trigger: { event: 'tag_added', resource_id: tag },
      actions: [
        { action: 'remove_tag', tag_id: tag },
        { action: 'add_tag', tag_id: tag },
      ],
    })
    const contact = await makeContact(h.app, siteId)
    await addTags(contact, [tag])
    await h.drain()
    const unmet = await whyNot(conditional, contact)
    expect(unmet.occurrences.at(-1)).toMatchObject({ outcome: 'stopped', reason: 'conditions_not_met' })
    expect(unmet.occurrences.at(-1).sentence).toMatch(
      /^Run \d+ has stopped: its conditions were not met\. Now: Has this tag \(Tag \d+\): no\. Found: Tag \d+\.$/,
    )
    expect(outcomes(await whyNot(loop, contact))).toEqual([
      ['stopped', 'repeated'],
      ['ran', null],
    ])
    await addTags(contact, [vip])
    expect((await whyNot(conditional, contact)).occurrences.at(-1).sentence).toMatch(
      /its conditions were not met then; they are met now\.$/,
    )
  })

  test('the trigger was another one at the time', async () => {
    const [tag, other] = [await makeTag(h.app, siteId), await makeTag(h.app, siteId)]
    const automation = await makeAutomation(h.app, siteId, ofTag(tag))
    const contact = await makeContact(h.app, siteId)
    await addTags(contact, [other])
    await h.drain()
    await edit(automation, { trigger: { event: 'tag_added', resource_id: other } })
    expect(outcomes(await whyNot(automation, contact))).toEqual([['did_not_start', 'other_version']])
  })

  test('needs a contact of the site', async () => {
    const automation = await makeAutomation(h.app, siteId, ofTag(await makeTag(h.app, siteId)))
    const path = `/v1/automations/${automation}/why_not`
    expect((await h.client.get(path)).status).toBe(400)
    expect((await h.client.get(`${path}?filter[contact_id]=999999`)).status).toBe(404)
  })
})
