import { sql } from 'kysely'
import { ensureContact } from '../../people/contacts/ensure-contact.ts'
import { findContactByEmail } from '../../people/contacts/find-contact.ts'
import type { Tx } from '../../platform/db/database.ts'
import type { Origin } from '../../platform/events/events.ts'
import { ApiError, notFound, unprocessable } from '../../platform/jsonapi/errors.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import { describeProblem, parseEmailAddress } from '../../platform/text/email-address.ts'
import { readName } from '../../platform/text/names.ts'
import { redeemCodes } from '../coupons/redeem-coupon.ts'
import { readTime } from '../given-time.ts'
import { type NewOrderValues, paymentOf, readItems } from './new-order.ts'
import { recordSales, totalOf } from './record-sales.ts'

/** Who bought: one of the ids, or the e-mail of the attributes. */
export interface GivenCustomer {
  customerId?: string | number
  contactId?: string | number
}

export interface CreatedOrder {
  id: string
  /** false: the sale had been recorded before. */
  isNew: boolean
}

/**
 * Records a sale that was paid, or that is a trial: the customer when there is none, order, items, purchases and
 * payment, all or nothing. A sale whose provider and reference are known is not recorded again.
 *
 * @throws ApiError 404 for a customer or an offer that the site does not have; 422 for values that contradict each other
 *   or the sale that has the reference
 */
export async function createOrder(
  tx: Tx,
  siteId: string,
  values: NewOrderValues,
  customer: GivenCustomer,
  options: { send_customer_welcome_email?: boolean },
  origin: Origin,
): Promise<CreatedOrder> {
  const orderedAt = readTime(values.ordered_at, 'ordered_at', origin.now)
  const { items, currency } = await readItems(tx, siteId, values, orderedAt)
  const provider = values.provider ?? 'manual'
  const reference = values.provider_reference ?? null
  const buyer = await readBuyer(tx, siteId, values, customer)
  const known = reference === null ? null : await findOrder(tx, siteId, provider, reference)
  if (known) {
    assertSameSale(known, buyer, totalOf(items).total, currency)
    return { id: known.id, isNew: false }
  }
  const contactId = buyer.contactId ?? (await makeContact(tx, siteId, buyer.email!, values, origin))
  const [outcome] = await recordSales(
    tx,
    [
      {
        siteId,
        contactId,
        origin,
        ...options,
        provider,
        reference,
        is_test: values.test ?? false,
        currency,
        ordered_at: orderedAt,
        opt_in: values.opt_in ?? false,
        extra: values.raw_extra_contact_information ?? {},
        source: values.source ?? null,
        referrer: values.referrer ?? null,
        cardholder_name: values.cardholder_name ?? null,
        billing_address_zip: values.billing_address_zip ?? null,
        items,
        payment: paymentOf(values, items),
      },
    ],
    origin.now,
  )
  switch (outcome!.error) {
    case 'subject_not_found':
      throw notFound('The contact was deleted meanwhile.')
    case 'offer_not_found':
      throw notFound(`There is no offer ${withId(outcome!.unknownOfferId!)} any more.`)
    case 'email_taken':
      throw unprocessable(
        'email_taken',
        'The customer of another contact has this e-mail',
        values.email === undefined ? '/data' : pointer('email'),
      )
    case null: {
      const { orderId, isNew } = outcome!
      const codes = items.flatMap(({ coupon_code }) => coupon_code ?? [])
      if (isNew && !values.test) await redeemCodes(tx, { siteId, orderId }, codes, origin.now)
      return { id: orderId, isNew }
    }
  }
}

const pointer = (name: string) => `/data/attributes/${name}`

interface Buyer {
  /** Null: the site has no contact with the e-mail. */
  contactId: string | null
  email: string | null
}

async function readBuyer(
  tx: Tx,
  siteId: string,
  { email: given }: NewOrderValues,
  { customerId, contactId }: GivenCustomer,
): Promise<Buyer> {
  if ([given, customerId, contactId].filter((each) => each !== undefined).length > 1)
    throw unprocessable(
      'invalid',
      'Say who bought in one way: the attribute email, or the relationship customer, or contact',
      '/data',
    )
  if (contactId !== undefined)
    return { contactId: await findContact(tx, siteId, 'contact', contactId), email: null }
  if (customerId !== undefined)
    return { contactId: await findContact(tx, siteId, 'customer', customerId), email: null }
  if (given === undefined)
    throw unprocessable(
      'blank',
      'Say who bought: the attribute email, or the relationship customer or contact',
      '/data',
    )
  const email = parseEmailAddress(given)
  if (!email)
    throw unprocessable('invalid', `The email is invalid${describeProblem(given)}`, pointer('email'))
  return { contactId: await findContactByEmail(tx, siteId, email), email }
}

async function findContact(
  tx: Tx,
  siteId: string,
  relationship: 'contact' | 'customer',
  id: string | number,
): Promise<string> {
  const { rows } = await (relationship === 'contact'
    ? sql<{ id: string }>`
        select id from contacts where id = ${readId(id)} and site_id = ${siteId} and deleted_at is null`
    : sql<{ id: string }>`
        select contact_id as id from customers where id = ${readId(id)} and site_id = ${siteId} and deleted_at is null`
  ).execute(tx)
  if (rows[0]) return rows[0].id
  throw notFound(`There is no ${relationship} ${withId(String(id))}.`, {
    pointer: `/data/relationships/${relationship}/data/id`,
  })
}

async function makeContact(
  tx: Tx,
  siteId: string,
  email: string,
  { name, opt_in }: NewOrderValues,
  origin: Origin,
): Promise<string> {
  const values = { name: readName(name ?? ''), email, ...(opt_in && { subscribed: true }) }
  const { contact } = await ensureContact(tx, siteId, values, origin)
  return contact.id
}

interface KnownOrder {
  id: string
  contact_id: string
  total: string
  currency: string
}

async function findOrder(
  tx: Tx,
  siteId: string,
  provider: string,
  reference: string,
): Promise<KnownOrder | null> {
  const { rows } = await sql<KnownOrder>`
    select o.id, o.total, o.currency, c.contact_id
      from orders o join customers c on c.id = o.customer_id and c.site_id = o.site_id
     where o.reference = ${reference} and o.provider = ${provider} and o.site_id = ${siteId}`.execute(tx)
  return rows[0] ?? null
}

/** @throws ApiError 422 when the reference is that of another sale */
function assertSameSale(known: KnownOrder, buyer: Buyer, total: number, currency: string): void {
  const isSame =
    known.contact_id === buyer.contactId && Number(known.total) === total && known.currency === currency
  if (isSame) return
  throw new ApiError(
    422,
    'taken',
    `The order ${known.id} has this reference, with another customer, total or currency. Use another provider_reference for another sale.`,
    { source: { pointer: pointer('provider_reference') } },
  )
}
