import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeAutomation, makeTag, makeTemplate } from '../testing/automations.ts'
import { makeAccount, makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { advanceClock } from '../worker/advance-clock.ts'

const HOUR = 3_600_000

let h: Harness
let client: Harness['client']
let siteId: string
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())
beforeEach(async () => {
  const account = await makeAccount(h.app)
  client = h.clientWith(account.token)
  siteId = account.siteId
})

const automate = (event: string, resource_id: string, ...actions: object[]) =>
  makeAutomation(h.app, siteId, { trigger: { event, resource_id }, actions })

const grant = (contactId: string, offerId: string) =>
  client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))

const runs = () =>
  h.app.db
    .selectFrom('automation_runs')
    .select(['id', 'automation_id', 'contact_id', 'status', 'reason', 'depth', 'due_at'])
    .where('site_id', '=', siteId)
    .orderBy('id')
    .execute()

test('two automations that start each other stop when the first would run again, and the run has the reason', async () => {
  const [tagId, offerId] = [await makeTag(h.app, siteId), await makeOffer(h.app, siteId)]
  const one = await automate(
    'offer_granted',
    offerId,
    { action: 'revoke_offer', offer_id: offerId },
    { action: 'add_tag', tag_id: tagId },
  )
  const other = await automate(
    'tag_added',
    tagId,
    { action: 'remove_tag', tag_id: tagId },
    { action: 'grant_offer', offer_id: offerId },
  )
  const contactId = await makeContact(h.app, siteId)
  await grant(contactId, offerId)
  await h.drain()
  const ended = (await runs()).map(({ automation_id, status, reason, depth }) => [
    automation_id,
    status,
    reason,
    depth,
  ])
  expect(ended).toEqual([
    [one, 'completed', null, 0],
    [other, 'completed', null, 1],
    [one, 'stopped', 'repeated', 2],
  ])
})

test('an automation that starts itself runs once', async () => {
  const offerId = await makeOffer(h.app, siteId)
  await automate(
    'offer_granted',
    offerId,
    { action: 'revoke_offer', offer_id: offerId },
    { action: 'grant_offer', offer_id: offerId },
  )
  await grant(await makeContact(h.app, siteId), offerId)
  await h.drain()
  expect((await runs()).map(({ reason }) => reason)).toEqual([null, 'repeated'])
})

test('runs for two contacts are not a repetition', async () => {
  const offerId = await makeOffer(h.app, siteId)
  await automate('offer_granted', offerId, { action: 'stop' })
  for (let n = 0; n < 2; n++) await grant(await makeContact(h.app, siteId), offerId)
  await h.drain()
  expect((await runs()).map(({ reason }) => reason)).toEqual(['stop', 'stop'])
})

test('a chain of different automations ends at depth 8, and the run has the reason', async () => {
  const offerIds: string[] = []
  for (let n = 0; n < 11; n++) offerIds.push(await makeOffer(h.app, siteId))
  for (let n = 0; n < 10; n++) {
    await automate('offer_granted', offerIds[n]!, { action: 'grant_offer', offer_id: offerIds[n + 1]! })
  }
  await grant(await makeContact(h.app, siteId), offerIds[0]!)
  await h.drain()
  const ended = (await runs()).map(({ depth, status, reason }) => [depth, status, reason])
  expect(ended).toEqual([
    ...Array.from({ length: 8 }, (_, depth) => [depth, 'completed', null]),
    [8, 'stopped', 'depth_limit'],
  ])
})

test('conditions are evaluated once: a contact who stops meeting them before the e-mail budget allows it still gets the e-mail', async () => {
  await h.app.db
    .updateTable('sites')
    .set({ automation_emails_per_hour: 1 })
    .where('id', '=', siteId)
    .execute()
  const [tagId, templateId] = [await makeTag(h.app, siteId), await makeTemplate(h.app, siteId)]
  const offerId = await makeOffer(h.app, siteId)
  await makeAutomation(h.app, siteId, {
    trigger: { event: 'offer_granted', resource_id: offerId },
    conditions: { filter: 'has_no_tag_id', value: tagId },
    actions: [{ action: 'send_email', template_id: templateId }],
  })
  // Not at the very end of an hour.
  if (h.app.clock.now().getTime() % HOUR > HOUR - 60_000) await advanceClock(h.app, 60_000)
  const contactIds = [await makeContact(h.app, siteId), await makeContact(h.app, siteId)]
  for (const id of contactIds) await grant(id, offerId)
  await h.drain()
  expect((await runs()).map(({ status, reason }) => [status, reason])).toEqual([
    ['completed', null],
    ['active', 'email_budget'],
  ])
  await client.post(`/v1/contacts/${contactIds[1]}/relationships/tags`, {
    data: [{ type: 'contact_tags', id: tagId }],
  })
  await advanceClock(h.app, HOUR)
  expect((await runs()).map(({ status, reason }) => [status, reason])).toEqual([
    ['completed', null],
    ['completed', null],
  ])
})

test('e-mails beyond a site’s hourly limit are sent in the next hours, all of them', async () => {
  await h.app.db
    .updateTable('sites')
    .set({ automation_emails_per_hour: 3 })
    .where('id', '=', siteId)
    .execute()
  const templateId = await makeTemplate(h.app, siteId)
  const offerId = await makeOffer(h.app, siteId)
  await automate('offer_granted', offerId, { action: 'send_email', template_id: templateId })
  // Not at the very end of an hour.
  const sinceHour = h.app.clock.now().getTime() % HOUR
  if (sinceHour > HOUR - 60_000) await advanceClock(h.app, 60_000)
  for (let n = 0; n < 8; n++) await grant(await makeContact(h.app, siteId), offerId)
  await h.drain()
  const sent = async () => (await runs()).filter(({ status }) => status === 'completed').length
  const waiting = (await runs()).filter(({ status }) => status === 'active')
  expect(await sent()).toBe(3)
  expect(waiting).toHaveLength(5)
  for (const { reason, due_at } of waiting) {
    expect(reason).toBe('email_budget')
    expect(due_at!.getTime() % HOUR).toBe(0)
    expect(due_at!.getTime() - h.app.clock.now().getTime()).toBeLessThanOrEqual(HOUR)
  }
  await advanceClock(h.app, HOUR)
  expect(await sent()).toBe(6)
  await advanceClock(h.app, HOUR)
  expect(await sent()).toBe(8)
  const emails = await h.app.db
    .selectFrom('emails')
    .select('run_id')
    .where('site_id', '=', siteId)
    .where('kind', '=', 'automation')
    .execute()
  expect(new Set(emails.map(({ run_id }) => run_id)).size).toBe(8)
  expect(emails).toHaveLength(8)
})
