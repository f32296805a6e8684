/** Access that is extended, ends at a given time, and is announced before it ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAccount, makeContact, makeKey, makeOffer, offersBody } from '../testing/fixtures.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { advanceClock } from '../worker/advance-clock.ts'

const DAY = 86_400_000

let h: Harness
beforeAll(async () => {
  // The clock is moved by months.
  h = await startHarness({ settings: { TOKEN_TTL: String(365 * 86_400) } })
})
afterAll(() => h.close())

const offersOf = (contactId: string) => `/v1/contacts/${contactId}/relationships/offers`

/** A contact who holds an offer of 30 days. */
async function holder(offer: Parameters<typeof makeOffer>[2] = { access_days: 30 }) {
  const contactId = await makeContact(h.app, h.account.siteId)
  const offerId = await makeOffer(h.app, h.account.siteId, offer)
  const grant = (meta?: object, headers: Record<string, string> = {}) =>
    h.client.post(offersOf(contactId), offersBody([offerId], meta), headers)
  const [granted] = (await grant()).body.meta.offers
  const shown = async () => (await h.client.get(`/v1/grants/${granted.grant_id}`)).body.data.attributes
  const events = async () =>
    (await h.client.get(`/v1/events?filter[contact_id]=${contactId}&sort=id`)).body.data.map(
      ({ attributes }: { attributes: { event: string } }) => attributes.event,
    )
  return {
    contactId,
    offerId,
    grant,
    grantId: granted.grant_id as string,
    ends: granted.expires_at as string,
    shown,
    events,
  }
}

const daysAfter = (time: string, days: number) =>
  new Date(new Date(time).getTime() + days * DAY).toISOString()

describe('meta.renew', () => {
  test('with another word is 400, and the error names both that there are', async () => {
    const contact = await makeContact(h.app, h.account.siteId)
    const offer = await makeOffer(h.app, h.account.siteId)
    const body = offersBody([offer], { renew: 'extended' })
    const answer = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, body)
    expect([answer.status, answer.body.errors[0].detail]).toEqual([
      400,
      '/meta/renew must be "extend" or "restart".',
    ])
  })

  test('extend adds the access period to the end of access, once per Idempotency-Key', async () => {
    const { grant, grantId, ends, shown, events } = await holder()
    const renewed = await grant({ renew: 'extend' }, { 'idempotency-key': 'july' })
    const [offer] = renewed.body.meta.offers
    expect(offer).toMatchObject({ status: 'renewed', grant_id: grantId, expires_at: daysAfter(ends, 30) })
    const repeated = await grant({ renew: 'extend' }, { 'idempotency-key': 'july' })
    expect([repeated.body, repeated.headers.get('idempotent-replayed')]).toEqual([renewed.body, 'true'])
    expect((await shown()).expires_at).toBe(daysAfter(ends, 30))
    await grant({ renew: 'extend' }, { 'idempotency-key': 'august' })
    expect((await shown()).expires_at).toBe(daysAfter(ends, 60))
    expect((await events()).slice(3)).toEqual(['access_extended', 'access_extended'])
  })

  test('restart counts the access period from now', async () => {
    const { grant, shown, events } = await holder()
    await grant({ renew: 'extend' })
    const before = h.app.clock.now().getTime()
    await grant({ renew: 'restart' })
    const left = new Date((await shown()).expires_at).getTime() - before
    expect(left / DAY).toBeCloseTo(30, 2)
    expect((await events()).slice(3)).toEqual(['access_extended', 'access_changed'])
  })

  test('changes nothing of a new grant and of access without end, and is no second grant', async () => {
    const { grant, events } = await holder({})
    const { body } = await grant({ renew: 'extend' })
    expect(body.meta.offers).toEqual([{ id: body.data[0].id, status: 'already_granted', expires_at: null }])
    expect(await events()).toHaveLength(3)
    const other = await makeContact(h.app, h.account.siteId)
    const offer = await makeOffer(h.app, h.account.siteId, { access_days: 30 })
    const first = await h.client.post(offersOf(other), offersBody([offer], { renew: 'extend' }))
    const left = new Date(first.body.meta.offers[0].expires_at).getTime() - h.app.clock.now().getTime()
    expect([first.body.meta.offers[0].status, Math.round(left / DAY)]).toEqual(['granted', 30])
  })

  test('of twenty concurrent extensions none is lost', async () => {
    const { grant, ends, shown } = await holder()
    await Promise.all(Array.from({ length: 20 }, () => grant({ renew: 'extend' })))
    expect((await shown()).expires_at).toBe(daysAfter(ends, 600))
  })
})

describe('meta.expires_at', () => {
  test('is the end of a new grant and of one that is held; null removes it', async () => {
    const { grant, shown } = await holder()
    const end = daysAfter(h.app.clock.now().toISOString(), 5)
    expect((await grant({ expires_at: end })).body.meta.offers[0]).toMatchObject({
      status: 'renewed',
      expires_at: end,
    })
    expect((await grant({ expires_at: end })).body.meta.offers[0]).toMatchObject({
      status: 'already_granted',
      expires_at: end,
    })
    expect((await grant({ expires_at: null })).body.meta.offers[0].expires_at).toBeNull()
    expect((await shown()).expires_at).toBeNull()
    const contact = await makeContact(h.app, h.account.siteId)
    const offers = [
      await makeOffer(h.app, h.account.siteId),
      await makeOffer(h.app, h.account.siteId, { access_days: 3 }),
    ]
    const { body } = await h.client.post(offersOf(contact), offersBody(offers, { expires_at: end }))
    expect(body.meta.offers.map((offer: object) => offer)).toMatchObject([
      { expires_at: end },
      { expires_at: end },
    ])
  })

  test.each([
    ['in the past', { expires_at: '2020-01-01T00:00:00Z' }],
    ['that is no time', { expires_at: 'soon' }],
    ['on a day that there is not', { expires_at: '2999-02-30T00:00:00Z' }],
    ['after the year 9999', { expires_at: '9999-12-31T23:59:59-14:00' }],
    ['together with renew', { expires_at: '2999-01-01T00:00:00Z', renew: 'extend' }],
  ])('%s is 422, and nothing is granted', async (_which, meta) => {
    const { grant, shown, ends } = await holder()
    await expectRefusal(h.app, () => grant(meta), 422, { pointer: '/meta/expires_at' })
    expect((await shown()).expires_at).toBe(ends)
  })

  test('a repetition with its Idempotency-Key has the same answer when the end is over', async () => {
    const { grant } = await holder()
    const end = new Date(h.app.clock.now().getTime() + 3_600_000).toISOString()
    const request = () => grant({ expires_at: end }, { 'idempotency-key': 'an-hour' })
    const first = await request()
    await advanceClock(h.app, 2 * 3_600_000)
    const again = await request()
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true'])
    expect(again.body).toEqual(first.body)
    await expectRefusal(h.app, () => grant({ expires_at: end }), 422, { pointer: '/meta/expires_at' })
  })

  test('null stays when access is renewed: it would be given an end', async () => {
    const { grant, shown } = await holder()
    await grant({ expires_at: null })
    for (const renew of ['restart', 'extend']) {
      const { body } = await grant({ renew })
      expect(body.meta.offers[0]).toMatchObject({ status: 'already_granted', expires_at: null })
    }
    expect((await shown()).expires_at).toBeNull()
  })

  test('before the start of access is 422, and nothing is granted', async () => {
    const contact = await makeContact(h.app, h.account.siteId)
    const begins = new Date(h.app.clock.now().getTime() + 10 * DAY)
    const offer = await makeOffer(h.app, h.account.siteId, { access_begins_at: begins })
    const meta = { expires_at: daysAfter(h.app.clock.now().toISOString(), 5) }
    await expectRefusal(h.app, () => h.client.post(offersOf(contact), offersBody([offer], meta)), 422, {
      pointer: '/data',
    })
  })

  test('is given to access that began before the offer begins for others', async () => {
    const begins = daysAfter(h.app.clock.now().toISOString(), 10)
    const { grant, grantId } = await holder({ access_begins_at: new Date(begins), access_days: 30 })
    const starts_at = daysAfter(h.app.clock.now().toISOString(), -1)
    const earlier = { data: { type: 'grants', id: grantId, attributes: { starts_at } } }
    expect((await h.client.patch(`/v1/grants/${grantId}`, earlier)).status).toBe(200)
    const expires_at = daysAfter(h.app.clock.now().toISOString(), 5)
    const { status, body } = await grant({ expires_at })
    expect([status, body.meta.offers[0]]).toMatchObject([
      200,
      { status: 'renewed', grant_id: grantId, expires_at },
    ])
  })

  test('an end that would be after the year 9999 is 422 for its request, and the others of its batch extend once', async () => {
    const holders = await Promise.all(Array.from({ length: 20 }, () => holder()))
    const [last, ...others] = holders
    await last!.grant({ expires_at: '9999-12-31T23:59:59Z' })
    const answers = await Promise.all(holders.map(({ grant }) => grant({ renew: 'extend' })))
    expect(answers.map(({ status }) => status)).toEqual([422, ...others.map(() => 200)])
    expect((await last!.shown()).expires_at).toBe('9999-12-31T23:59:59.000Z')
    for (const { ends, shown } of others) expect((await shown()).expires_at).toBe(daysAfter(ends, 30))
  })

  test.each(['PATCH', 'DELETE'])('%s refuses renewals', async (method) => {
    const { contactId, offerId } = await holder()
    const send = () => h.client.send(method, offersOf(contactId), offersBody([offerId], { renew: 'extend' }))
    await expectRefusal(h.app, send, 422, { pointer: '/meta' })
  })
})

describe('PATCH /v1/grants/{id}', () => {
  const document = (attributes: object) => ({ data: { type: 'grants', attributes } })

  test('changes the start and the end of access, and records each change', async () => {
    const { grantId, contactId, events, ends } = await holder()
    const patch = (attributes: object) => h.client.patch(`/v1/grants/${grantId}`, document(attributes))
    const later = daysAfter(ends, 7)
    expect((await patch({ expires_at: later })).body.data.attributes.expires_at).toBe(later)
    expect((await patch({ expires_at: later })).status).toBe(200)
    expect((await patch({ starts_at: '2025-01-01T00:00:00Z' })).body.data.attributes.starts_at).toBe(
      '2025-01-01T00:00:00.000Z',
    )
    expect((await patch({ expires_at: null })).body.data.attributes.expires_at).toBeNull()
    expect((await events()).slice(3)).toEqual(['access_extended', 'access_changed', 'access_extended'])
    const { body } = await h.client.get(`/v1/events?filter[contact_id]=${contactId}&sort=-id&page[size]=1`)
    expect(body.data[0].attributes.data).toEqual({
      starts_at: '2025-01-01T00:00:00.000Z',
      expires_at: null,
      previous_expires_at: later,
    })
  })

  test.each([
    ['an end that is over', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a start after the end', { starts_at: '2998-01-01T00:00:00Z' }, 'starts_at'],
    [
      'an end before the start',
      { starts_at: '2998-01-01T00:00:00Z', expires_at: '2997-01-01T00:00:00Z' },
      'expires_at',
    ],
    ['no time', { expires_at: 'tomorrow' }, 'expires_at'],
  ])('%s is 422, and nothing is changed', async (_which, attributes, name) => {
    const { grantId } = await holder()
    await expectRefusal(h.app, () => h.client.patch(`/v1/grants/${grantId}`, document(attributes)), 422, {
      pointer: `/data/attributes/${name}`,
    })
  })

  test('of a grant that was revoked or has expired is 409, of another account’s 404, without the permission 403', async () => {
    const { grantId, contactId, offerId } = await holder()
    const patch = (client = h.client) => client.patch(`/v1/grants/${grantId}`, document({ expires_at: null }))
    const stranger = h.clientWith((await makeAccount(h.app)).token)
    await expectRefusal(h.app, () => patch(stranger), 404)
    const viewer = h.clientWith((await makeKey(h.app, h.account, ['view:grants'])).token)
    await expectRefusal(h.app, () => patch(viewer), 403)
    await h.client.delete(offersOf(contactId), offersBody([offerId]))
    await expectRefusal(h.app, () => patch(), 409)
  })

  test('an extension that was committed before access ended keeps it', async () => {
    const { grantId, contactId, ends } = await holder()
    await h.client.patch(`/v1/grants/${grantId}`, document({ expires_at: daysAfter(ends, 30) }))
    await advanceClock(h.app, 31 * DAY)
    expect((await h.client.get(offersOf(contactId))).body.data).toHaveLength(1)
    await advanceClock(h.app, 30 * DAY)
    expect((await h.client.get(offersOf(contactId))).body.data).toHaveLength(0)
  })
})

describe('the announcement of the end of access', () => {
  const emailsTo = async (contactId: string) =>
    (await h.client.get(`/v1/emails?filter[contact_id]=${contactId}&filter[kind]=access_ending`)).body.data

  test('occurs once, so many days before as the offer says, and again after an extension', async () => {
    const { contactId, grant, events } = await holder({ access_days: 30, access_ending_days: 7 })
    await advanceClock(h.app, 22 * DAY)
    expect(await events()).not.toContain('access_ending')
    await advanceClock(h.app, 2 * DAY)
    await advanceClock(h.app, 2 * DAY)
    expect((await events()).filter((type: string) => type === 'access_ending')).toHaveLength(1)
    expect(await emailsTo(contactId)).toEqual([])
    await grant({ renew: 'extend' })
    await advanceClock(h.app, 40 * DAY)
    expect((await events()).slice(3)).toEqual([
      'access_ending',
      'access_extended',
      'access_ending',
      'access_expired',
    ])
  })

  test('sends an e-mail with the date when the site wants it', async () => {
    const site = { data: { type: 'sites', attributes: { send_access_ending_email: true } } }
    expect((await h.client.patch(`/v1/sites/${h.account.siteId}`, site)).status).toBe(200)
    const { contactId } = await holder({ access_days: 30, access_ending_days: 7, title: 'Sourdough' })
    await advanceClock(h.app, 24 * DAY)
    const [{ attributes }] = await emailsTo(contactId)
    expect(attributes.subject).toBe('Your access to Sourdough ends soon')
    expect(attributes.text).toMatch(/Access until \d{1,2} \w+ \d{4}/)
  })

  test('does not occur for access that is revoked or extended before', async () => {
    const [revoked, extended] = await Promise.all(
      [1, 2].map(() => holder({ access_days: 30, access_ending_days: 7 })),
    )
    await h.client.delete(offersOf(revoked!.contactId), offersBody([revoked!.offerId]))
    await extended!.grant({ renew: 'extend' })
    await advanceClock(h.app, 29 * DAY)
    for (const { events } of [revoked!, extended!]) expect(await events()).not.toContain('access_ending')
  })
})

test('a misspelled member of meta is reported, and refused in strict mode', async () => {
  const { grant } = await holder()
  const { status, headers } = await grant({ renwe: 'extend' })
  expect([status, headers.get('warning')]).toEqual([200, expect.stringContaining('There is no meta.renwe')])
  const strict = await startHarness({ settings: { JSONAPI_STRICT: 'on' } })
  const contact = await makeContact(strict.app, strict.account.siteId)
  const body = offersBody([await makeOffer(strict.app, strict.account.siteId)], { renwe: 'extend' })
  await expectRefusal(strict.app, () => strict.client.post(offersOf(contact), body), 400, {
    pointer: '/meta/renwe',
  })
  await strict.close()
})
