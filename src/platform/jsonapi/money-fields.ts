/** Attributes that show amounts of money, which are whole numbers of the smallest unit of their currency. */
import { type RawBuilder, sql } from 'kysely'
import { currencySymbol, formatAmount } from '../text/money.ts'
import { derived, text } from './field-types.ts'
import type { Attribute } from './resource.ts'

type Select = RawBuilder<unknown>

/** As in "$19.99", in the precision of the currency. */
export const formattedAmount = (amount: Select, currency: Select): Attribute =>
  derived<{ amount: number; currency: string }>(
    text(sql`json_build_object('amount', ${amount}, 'currency', ${currency})`),
    (money) => formatAmount(money.amount, money.currency),
  )

/** As in "$". */
export const symbolOf = (currency: Select): Attribute => derived<string>(text(currency), currencySymbol)
