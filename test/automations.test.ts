/** Runs the examples of docs/automations.md on a server. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACTION_NAMES } from '../src/automations/actions.ts'
import { STOP_REASONS } from '../src/automations/run.ts'
import { TRIGGER_EVENTS } from '../src/automations/triggers.ts'
import { makeTag, makeTemplate } from '../src/testing/automations.ts'
import { makeContact, makeOffer, offersBody } from '../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'
import { advanceClock } from '../src/worker/advance-clock.ts'

const DAY = 86_400_000
const chapter = readFileSync(join(import.meta.dirname, '..', 'docs', 'automations.md'), 'utf8')
const [definition, shownRun] = [...chapter.matchAll(/```json\n(.*?)```/gs)].map(([, json]) =>
  JSON.parse(json!),
)

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.close())

test('the chapter names every trigger, action and reason', () => {
  for (const word of [...TRIGGER_EVENTS, ...ACTION_NAMES, ...STOP_REASONS])
    expect(chapter).toContain(`\`${word}\``)
})

test('the automation of the chapter does what the chapter says', async () => {
  const { siteId } = h.account
  const offers = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
  // The ids in the chapter are those of an otherwise empty site.
  expect([...offers, await makeTag(h.app, siteId), await makeTemplate(h.app, siteId)]).toEqual([
    '1',
    '2',
    '1',
    '1',
  ])
  expect((await h.client.post('/v1/automations', definition)).status).toBe(201)

  const contactId = await makeContact(h.app, siteId)
  const offersOf = `/v1/contacts/${contactId}/relationships/offers`
  const runs = async () =>
    (await h.client.get(`/v1/automation_runs?filter[contact_id]=${contactId}`)).body.data
  const emails = async () => (await h.client.get('/v1/emails?filter[kind]=automation')).body.meta.total
  await h.client.post(offersOf, offersBody(['1']))
  await h.drain()
  expect((await runs())[0].attributes).toMatchObject(shownRun)
  expect(await emails()).toBe(0)

  await advanceClock(h.app, 2 * DAY)
  expect((await runs())[0].attributes).toMatchObject({ status: 'completed', reason: null })
  expect(await emails()).toBe(1)
  const { body } = await h.client.get(offersOf)
  expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['1', '2'])

  await h.client.delete(offersOf, offersBody(['1']))
  await h.client.post(offersOf, offersBody(['1']))
  await h.drain()
  expect(
    (await runs()).map(({ attributes }: { attributes: { reason: string } }) => attributes.reason),
  ).toEqual(['conditions_not_met', null])
})
