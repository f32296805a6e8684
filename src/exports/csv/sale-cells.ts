/** Cells that files about sales have in common. */
import { type RawBuilder, sql } from 'kysely'
import { decimalsOf, formatMoney, majorUnits } from '../../platform/text/money.ts'

/** Of whom and for what, as customerCells() and offerCells() have it. */
export const CUSTOMER = ['Customer Email', 'Customer Name', 'Customer ID']
export const OFFER = ['Offer ID', 'Offer Title']

export interface SaleRow {
  name: string
  email: string
  customer_name: string
  customer_id: string
  offer_id: string
  offer_title: string
}

export const customerCells = ({ email, customer_name, customer_id }: SaleRow): string[] => [
  email,
  customer_name,
  customer_id,
]

export const offerCells = ({ offer_id, offer_title }: SaleRow): string[] => [offer_id, offer_title]

/**
 * By what an import finds it again. What is from Kajabi has its id there; what was sold through others, the name that
 * these have for it; the rest has its id here, with the subdomain, since another site can have the same.
 *
 * @param table with the columns provider, reference, id and site_id
 */
export const nameOf = (table: RawBuilder<unknown>): RawBuilder<string> =>
  sql`case when ${table}.reference is null
                then (select subdomain from sites where id = ${table}.site_id) || ':' || ${table}.id
           when ${table}.provider = 'kajabi' then ${table}.reference
           else ${table}.provider || ':' || ${table}.reference end`

/** `$1,242.00`, as Kajabi has it; of other currencies, the number. */
export const amountCell = (amount: string | number, currency: string): string =>
  currency === 'USD'
    ? formatMoney(Number(amount), currency)
    : majorUnits(Number(amount), currency).toFixed(decimalsOf(currency))

/** `Past Due` for past_due. */
export const inTitleCase = (word: string): string =>
  word.replace(
    /(?:^|_)([a-z])/g,
    (_, letter: string, at: number) => `${at === 0 ? '' : ' '}${letter.toUpperCase()}`,
  )
