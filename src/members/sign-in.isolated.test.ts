import type crypto from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeContact, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { signInByPassword } from './sign-in.ts'

/** The calls of scrypt: password, length of the salt, length of the result, and cost. */
const derivations = vi.hoisted(() => [] as unknown[])
vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>()
  const scrypt = (password: string, salt: Buffer, length: number, cost: object, done: never) => {
    derivations.push([password, salt.length, length, cost])
    actual.scrypt(password, salt, length, cost, done)
  }
  return { ...actual, scrypt }
})

let h: Harness
beforeAll(async () => {
  h = await startHarness({ settings: { PASSWORD_COST: '15' } })
})
afterAll(() => h.close())
beforeEach(() => void derivations.splice(0))

test.each([
  ['nobody', 'nobody@example.com'],
  ['somebody without a password', 'ada@example.com'],
  ['a member', 'member@example.com'],
])('a wrong password of %s costs one derivation', async (_who, email) => {
  const { app, account, client } = h
  const site = {
    id: account.siteId,
    title: '',
    subdomain: '',
    color: null,
    custom_domain: null,
    logo_url: null,
    time_zone: 'UTC',
    language: 'en',
  }
  if (!email.startsWith('nobody')) {
    const contactId = await makeContact(app, account.siteId, { email })
    const offerId = await makeOffer(app, account.siteId)
    await client.post(`/v1/contacts/${contactId}/relationships/offers`, offersBody([offerId]))
  }
  if (email.startsWith('member')) {
    const password_hash = `scrypt$32768$8$3$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(64).toString('base64')}`
    await app.db.updateTable('customers').set({ password_hash }).where('email', '=', email).execute()
  }
  const visitor = { source: 'test', session: null, language: 'en' } as const
  const came = await signInByPassword(app, site, { email, password: 'a guess of mine' }, visitor)
  expect(came).toEqual({ outcome: 'wrong' })
  expect(derivations).toEqual([
    ['a guess of mine', 16, 64, expect.objectContaining({ N: 32_768, r: 8, p: 3 })],
  ])
})
