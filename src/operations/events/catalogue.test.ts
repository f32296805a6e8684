import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestPasswordReset } from '../../accounts/passwords/request-password-reset.ts'
import { setPassword } from '../../accounts/set-password.ts'
import { findGift, redeemOwnGift } from '../../members/redeem-gift.ts'
import { requestLink } from '../../members/request-link.ts'
import { REFERENCES } from '../../platform/events/catalogue.ts'
import { describeType, type EventType, eventTypes } from '../../platform/events/events.ts'
import { lockPurchase } from '../../sales/purchases/lock-purchase.ts'
import { cancelSubscription } from '../../sales/subscriptions/cancel-subscription.ts'
import { failPayment } from '../../sales/subscriptions/renew-purchase.ts'
import { lockTransaction } from '../../sales/transactions/find-transaction.ts'
import { recordDispute } from '../../sales/transactions/record-dispute.ts'
import { recordRefund } from '../../sales/transactions/record-refund.ts'
import { Authenticator } from '../../testing/authenticator.ts'
import { makeAccount, makeContact, makeOffer, makeUser, offersBody } from '../../testing/fixtures.ts'
import { makeHook } from '../../testing/hooks.ts'
import { addPasskey, signInHeaders } from '../../testing/passkeys.ts'
import { type Receiver, startReceiver } from '../../testing/receiver.ts'
import { inTx, itemOf, originAt, sell } from '../../testing/sales.ts'
import { connectStripe, startWithStripe, type WithStripe } from '../../testing/stripe/connect.ts'
import { beginCheckout, MONTHLY } from '../../testing/stripe/shop.ts'
import { leaveTraces, VISITOR } from '../../testing/traces.ts'
import { advanceClock } from '../../worker/advance-clock.ts'

const DAY = 86_400_000
/** Passkeys need a host name. */
const ORIGIN = 'http://localhost:4711'

let h: WithStripe
let receiver: Receiver
/** As they were recorded: the deletion of the contact, the last of them, erases data of others. */
let recorded: Recorded[]
beforeAll(async () => {
  h = await startWithStripe({ settings: { PUBLIC_URL: ORIGIN } })
  receiver = await startReceiver()
  const { contactId, site, tagId, giftOfferId } = await leaveTraces(h, receiver)
  const offersOf = `/v1/contacts/${contactId}/relationships/offers`
  const limited = [await makeOffer(h.app, h.account.siteId, { access_days: 2, access_ending_days: 1 })]
  await h.client.post(offersOf, offersBody(limited))
  await h.client.post(offersOf, offersBody(limited, { renew: 'extend' }))
  await h.client.post(offersOf, offersBody(limited, { renew: 'restart' }))
  await requestLink(h.app, site, 'sign_in', 'stranger@example.com', VISITOR, '/library')
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'gift')
    .executeTakeFirstOrThrow()
  const gift = await findGift(h.app, site, /\/gift\/([\w-]+)/.exec(text!)![1]!)
  await redeemOwnGift(h.app, site, gift!)
  await makeHook(h.app, h.account.siteId, { event: 'tag_removed', targetUrl: receiver.url })
  receiver.answer((response) => response.writeHead(410).end())
  await h.client.send('DELETE', `/v1/contacts/${contactId}/relationships/tags`, {
    data: [{ type: 'contact_tags', id: tagId }],
  })
  await h.client.delete(offersOf, offersBody([giftOfferId]))
  await changeTeam()
  await changePasskeys()
  await actAsMember()
  await mergeHolders()
  await sellAndDispute()
  await sellThroughStripe()
  await advanceClock(h.app, 3 * DAY)
  const before = await eventsAfter('0')
  await h.client.delete(`/v1/contacts/${contactId}`)
  recorded = [...before, ...(await eventsAfter(before.at(-1)!.id))]
}, 60_000)
afterAll(async () => {
  await h.close()
  await receiver.close()
})

/** Of two contacts that hold the same offer, one is merged into the other. */
async function mergeHolders(): Promise<void> {
  const offers = offersBody([await makeOffer(h.app, h.account.siteId)])
  const [into, from] = [
    await makeContact(h.app, h.account.siteId),
    await makeContact(h.app, h.account.siteId),
  ]
  for (const id of [into, from]) await h.client.post(`/v1/contacts/${id}/relationships/offers`, offers)
  await h.client.post(`/v1/contacts/${into}/merge`, { data: { type: 'contacts', id: from } })
}

/** A subscription whose payment fails, is disputed and refunded, and which is canceled. */
async function sellAndDispute(): Promise<void> {
  const { siteId } = h.account
  const [contactId, offerId] = [await makeContact(h.app, siteId), await makeOffer(h.app, siteId)]
  const sold = await sell(h.app, siteId, contactId, [itemOf(h.app, offerId, 2900, 'subscription')])
  const origin = originAt(h.app)
  const dispute = { reference: 'dp_1', amount: 900, reason: null, opened_at: origin.now, movements: [] }
  await inTx(h.app, async (tx) => {
    const charge = (await lockTransaction(tx, siteId, { id: sold.transactionId! }))!
    await recordDispute(tx, charge, { ...dispute, status: 'needs_response' }, origin)
    await recordDispute(tx, charge, { ...dispute, status: 'lost' }, origin)
    await recordDispute(tx, charge, { ...dispute, status: 'won' }, origin)
    const refund = { reference: null, amount: 900, state: 'succeeded', occurred_at: origin.now } as const
    await recordRefund(tx, charge, refund, origin)
    const purchase = await lockPurchase(tx, [siteId], sold.purchaseIds[0]!)
    await failPayment(tx, purchase, {}, origin)
    await cancelSubscription(tx, purchase, origin)
  })
}

/** A trial ends soon, and the payment of another subscription fails. */
async function sellThroughStripe(): Promise<void> {
  const owner = await makeAccount(h.app)
  const account = await connectStripe({ ...h, client: h.clientWith(owner.token) })
  const subscribe = async (given: Parameters<typeof beginCheckout>[2]) => {
    const { session } = await beginCheckout(h, account, given)
    return h.stripe.pay(session, {}).subscription as string
  }
  h.stripe.announceTrialEnd(await subscribe({ ...MONTHLY, trial_days: 2 }))
  h.stripe.renew(await subscribe(MONTHLY), false)
  await h.stripe.deliver(h.stripe.takeEvents())
  await h.drain()
}

/** The owner looks at the members' pages as a customer. */
async function actAsMember(): Promise<void> {
  const id = await makeContact(h.app, h.account.siteId)
  const offers = offersBody([await makeOffer(h.app, h.account.siteId)])
  await h.client.post(`/v1/contacts/${id}/relationships/offers`, offers)
  const attributes = { reason: 'She cannot find a lesson' }
  await h.client.post(`/v1/contacts/${id}/sign_in_links`, { data: { type: 'sign_in_links', attributes } })
}

/** Somebody is invited, and the owner requests a new password and the test of a template. */
async function changeTeam(): Promise<void> {
  const [role] = (await h.client.get('/v1/roles')).body.data
  await h.client.post('/v1/invitations', {
    data: {
      type: 'invitations',
      attributes: { email: 'grace.of.the.team@example.com' },
      relationships: { role: { data: { type: 'roles', id: role.id } } },
    },
  })
  const { email } = (await h.client.get('/v1/me')).body.data.attributes
  await requestPasswordReset(h.app, email, '127.0.0.1')
  const template = { type: 'email_templates', attributes: { kind: 'welcome' } }
  await h.client.post('/v1/email_templates/send_test', { data: template })
}

/** A user of the team adds a passkey and removes it. */
async function changePasskeys(): Promise<void> {
  const { email } = await makeUser(h.app, h.account, [])
  await setPassword(h.app, h.account.id, email, 'a rather long password')
  const nobody = h.clientWith(null)
  const headers = await signInHeaders(nobody, { email, password: 'a rather long password' })
  const { body } = await addPasskey(nobody, headers, new Authenticator({ origin: ORIGIN }))
  await nobody.delete(`/v1/passkeys/${body.data.id}`, undefined, headers)
}

interface Recorded {
  id: string
  type: EventType
  data: object
  [column: string]: unknown
}

const eventsAfter = async (id: string): Promise<Recorded[]> =>
  (await h.app.pool.query('select * from events where id > $1 order by id', [id])).rows

/** What of an event is not as the catalogue says. */
function faultsIn({ type, data, ...columns }: Recorded): string[] {
  const { data: schema, refersTo } = describeType(type)
  const declared: string[] = refersTo.map((referred) => REFERENCES[referred])
  return [
    ...Object.values(REFERENCES)
      .filter((name) => (columns[name] ?? null) !== null && !declared.includes(name))
      .map((name) => `${type} refers to something by ${name}`),
    ...Object.keys(data)
      .filter((name) => !Object.hasOwn(schema.properties, name))
      .map((name) => `${type} has ${name}`),
    ...[...Value.Errors(schema, data)].map(
      ({ instancePath, message }) => `${type}${instancePath} ${message}`,
    ),
  ]
}

test('every type of event is recorded with the references and the data that the catalogue says', () => {
  expect([...new Set(recorded.map(({ type }) => type))].sort()).toEqual(eventTypes.toSorted())
  expect(recorded.flatMap(faultsIn)).toEqual([])
})

test('planted fault: another reference, a member that is unknown and one that is missing are found', () => {
  const event = recorded.find(({ type }) => type === 'tag_added')!
  expect(faultsIn({ ...event, grant_id: '1' })).toEqual(['tag_added refers to something by grant_id'])
  expect(faultsIn({ ...event, data: { ...event.data, color: 'red' } })).toEqual(['tag_added has color'])
  expect(faultsIn({ ...event, data: {} })).toHaveLength(1)
})
