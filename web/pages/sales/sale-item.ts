/** One item of a sale that is recorded by hand. */

export interface SaleItem {
  offerId: string
  quantity: number
  /** The price of one, in the smallest unit; null: that of the offer. */
  amount: number | null
  discount: number | null
  coupon: string
  tax: number | null
}

export const NEW_ITEM: SaleItem = {
  offerId: '',
  quantity: 1,
  amount: null,
  discount: null,
  coupon: '',
  tax: null,
}

/** As the API's pointers end. */
export const ITEM_FIELDS = [
  'offer_id',
  'quantity',
  'amount_in_cents',
  'discount_in_cents',
  'coupon_code',
  'sales_tax_in_cents',
]

export interface SoldOffer {
  title: string
  currency: string
  price_in_cents: number
  payment_type: string
  trial_days: number | null
}

/** What is paid for the item now; nothing before a trial is over. */
export function totalOf({ quantity, amount, discount, tax }: SaleItem, offer: SoldOffer | undefined): number {
  if (!offer || (offer.trial_days !== null && offer.trial_days > 0)) return 0
  return (amount ?? offer.price_in_cents) * quantity - (discount ?? 0) + (tax ?? 0)
}

/** The item as it is sent. */
export const attributesOf = ({ offerId, quantity, amount, discount, coupon, tax }: SaleItem) => ({
  offer_id: offerId,
  quantity,
  ...(amount !== null && { amount_in_cents: amount }),
  ...(discount !== null && { discount_in_cents: discount }),
  ...(coupon !== '' && { coupon_code: coupon.trim() }),
  ...(tax !== null && { sales_tax_in_cents: tax }),
})
