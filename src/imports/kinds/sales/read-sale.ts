/** What rows about subscriptions and transactions have in common. */
import { offersOfSite } from '../../../catalogue/offers/offers-of-site.ts'
import { ensureContacts } from '../../../people/contacts/ensure-contacts.ts'
import { findContactsByEmail } from '../../../people/contacts/find-contact.ts'
import type { Tx } from '../../../platform/db/database.ts'
import { isId } from '../../../platform/jsonapi/identifiers.ts'
import { describeWritten, parseWrittenAddress } from '../../../platform/text/email-address.ts'
import { CURRENCIES } from '../../../platform/text/money.ts'
import type { Interval, PaymentType } from '../../../sales/states.ts'
import type { ImportField } from '../../columns.ts'
import type { ImportContext, ImportRow } from '../../import-kind.ts'
import { contradicts, readAmount } from '../../reading/read-amount.ts'
import { readDate } from '../../reading/read-date.ts'
import { nameKey } from '../../reading/read-names.ts'
import { RowProblem } from '../../row-problem.ts'

export const saleFields: readonly ImportField[] = [
  {
    name: 'email',
    labels: ['Customer Email', 'Email'],
    description: 'By which the contact is found',
    isRequired: true,
  },
  { name: 'name', labels: ['Customer Name', 'Name'], description: 'Of a contact that is created' },
  { name: 'offer_id', labels: ['Offer ID'], description: 'Id of an offer of the site' },
  {
    name: 'offer_title',
    labels: ['Offer Title', 'Offer'],
    description: 'Its title, where the site has no such id',
  },
  { name: 'amount', labels: ['Amount'], description: 'With tax, as in $242.00', isRequired: true },
  { name: 'currency', labels: ['Currency'], description: 'Otherwise that of the offer' },
  { name: 'status', labels: ['Status'], description: 'As Kajabi has it', isRequired: true },
  {
    name: 'created_at',
    labels: ['Created At', 'Date'],
    description: 'When it began, or was paid',
    isRequired: true,
  },
  { name: 'coupon_used', labels: ['Coupon Used', 'Coupon'], description: 'The code that was used' },
]

export interface SoldOffer {
  id: string
  currency: string
  payment_type: PaymentType
  interval: Interval | null
  interval_count: number
  payments_total: number | null
}

/** Finds the offer of a row. */
export type FindOffer = (row: ImportRow) => SoldOffer

/** @returns a function that throws RowProblem when the site has no such offer */
export async function offersOf(tx: Tx, { siteId, source }: ImportContext): Promise<FindOffer> {
  const offers = (await offersOfSite(tx, siteId)) as (SoldOffer & { title: string })[]
  const byId = new Map(offers.map((offer) => [offer.id, offer]))
  const byTitle = new Map(offers.toReversed().map((offer) => [nameKey(offer.title), offer]))
  return ({ values: { offer_id: id, offer_title: title } }) => {
    const offer = (id && byId.get(id)) || (title && byTitle.get(nameKey(title)))
    if (offer) return offer
    throw new RowProblem(
      id === undefined ? 'offer_title' : 'offer_id',
      'not_found',
      `The site has no offer with this id or title. Create it first${source === 'cli' ? `, as in: bestow offers create --id ${id ?? '1'} --title "…"` : ', with this id or title.'}`,
    )
  }
}

/** The contact of a row, who is created when there is none. @returns its id */
export async function buyerOf(
  tx: Tx,
  { siteId, origin }: ImportContext,
  { values }: ImportRow,
): Promise<string> {
  const email = parseWrittenAddress(values.email ?? '')
  if (email === null)
    throw new RowProblem('email', 'invalid', `It is not an e-mail address${describeWritten(values.email)}.`)
  const contacts = await ensureContacts(tx, siteId, [{ email, name: values.name ?? '' }], origin)
  return contacts.get(email)!
}

/** The contact of a row, if there is one. */
export async function knownBuyerOf(
  tx: Tx,
  { siteId }: ImportContext,
  { values }: ImportRow,
): Promise<string | null> {
  const email = parseWrittenAddress(values.email ?? '')
  if (email === null) return null
  return (await findContactsByEmail(tx, siteId, [email])).get(email) ?? null
}

/**
 * What an export calls a sale that has no id at Kajabi, as in `stripe:sub_1` or `studio:12`: see exports/csv/sale-cells.ts.
 *
 * @returns the name that it has here, if the file is of this site or of the same provider
 */
export function nameElsewhere(
  { subdomain }: ImportContext,
  reference: string,
): { id: string } | { provider: string; reference: string } | null {
  const [, origin, name] = /^([a-z0-9_-]+):(.+)$/i.exec(reference) ?? []
  if (origin === undefined || name === undefined) return null
  if (origin !== subdomain) return { provider: origin, reference: name }
  return isId(name) ? { id: name } : null
}

export function amountIn({ values }: ImportRow, field: string, currency: string): number {
  if (contradicts(values[field] ?? '', currency))
    throw new RowProblem(
      field,
      'currency_mismatch',
      `It has the sign of another currency than ${currency}. Correct it, or the currency.`,
    )
  const amount = readAmount(values[field] ?? '', currency)
  if (amount !== null) return amount
  throw new RowProblem(field, 'invalid', `It is not an amount in ${currency}, such as $242.00.`)
}

export function currencyIn({ values: { currency } }: ImportRow, offer: { currency: string }): string {
  const code = (currency ?? offer.currency).toUpperCase()
  if (CURRENCIES.includes(code)) return code
  throw new RowProblem('currency', 'invalid', 'It is not the code of a currency, such as USD.')
}

/** A time of a row; null when there is none. */
export function timeIn({ dates }: ImportContext, { values }: ImportRow, field: string): Date | null {
  const text = values[field]
  if (text === undefined) return null
  const time = readDate(text, dates)
  if (time !== null) return time
  throw new RowProblem(field, 'invalid', 'It is no date that is known here.')
}

/** A time of a row that must be there and not in the future. */
export function pastTimeIn(context: ImportContext, row: ImportRow, field: string): Date {
  const time = timeIn(context, row, field)
  if (time !== null && time <= context.origin.now) return time
  throw new RowProblem(field, 'invalid', time ? 'It is in the future.' : 'It is missing.')
}

/** An id of another system that a row must have. */
export function referenceIn({ values }: ImportRow, field: string): string {
  const reference = values[field]
  if (reference !== undefined && reference.length <= 255) return reference
  throw new RowProblem(field, 'invalid', reference === undefined ? 'It is missing.' : 'It is too long.')
}
