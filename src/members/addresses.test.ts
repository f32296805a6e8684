import { afterAll, beforeAll, expect, test } from 'vitest'
import { countAttempt } from '../platform/auth/attempts.ts'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { findMember } from './member.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  for (const email of ['mike@example.com', 'ada+news@bücher.example']) {
    const contactId = await makeContact(h.app, h.account.siteId, { email })
    const offerId = await makeOffer(h.app, h.account.siteId)
    await h.client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  }
})
afterAll(() => h.close())

test.each([
  ['Mike@EXAMPLE.com\u200b', 'mike@example.com'],
  ['ada news@xn--bcher-kva.example', 'ada+news@bücher.example'],
  ['ADA+news@BÜCHER.example', 'ada+news@bücher.example'],
  // The Kelvin sign.
  ['mi\u212ae@example.com', undefined],
  ['mike', undefined],
])('%j finds the member %s', async (email, found) => {
  expect((await findMember(h.app.db, h.account.siteId, { email }))?.email).toBe(found)
})

test('attempts with every spelling of an address are counted together', async () => {
  const spellings = ['kim+x@bücher.example', 'KIM x@xn--bcher-kva.example', ' kim+x@BÜCHER.example\u200b']
  const count = (person: string) =>
    countAttempt(h.app, { realm: `site:${h.account.siteId}`, kind: 'link', person, source: '203.0.113.1' })
  for (const person of [...spellings, ...spellings].slice(0, 5)) expect(await count(person)).toBe(0)
  expect(await count(spellings[2]!)).toBeGreaterThan(0)
})
