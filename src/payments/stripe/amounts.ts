/** Amounts and times as Stripe writes them. */

/** Stripe counts these in hundredths, although they have none. */
const HUNDREDFOLD = ['ISK', 'UGX']
/** Of these Stripe takes no last decimal. */
const ENDING_IN_ZERO = ['BHD', 'JOD', 'KWD', 'OMR', 'TND']

/** As Bestow writes currencies. */
export const currencyOf = (currency: string): string => currency.toUpperCase()

/** @param amount in the smallest unit of the currency. @returns as Stripe takes it */
export const toStripe = (amount: number, currency: string): number =>
  HUNDREDFOLD.includes(currencyOf(currency)) ? amount * 100 : amount

/** @param amount as Stripe gives it. @returns in the smallest unit of the currency */
export const fromStripe = (amount: number, currency: string): number =>
  HUNDREDFOLD.includes(currencyOf(currency)) ? Math.round(amount / 100) : amount

/** Whether Stripe can charge so much exactly. */
export const isChargeable = (amount: number, currency: string): boolean =>
  !ENDING_IN_ZERO.includes(currencyOf(currency)) || amount % 10 === 0

/** Stripe writes times in seconds. */
export const timeOf = (seconds: number): Date => new Date(seconds * 1000)

export const timeOrNull = (seconds: number | null | undefined): Date | null =>
  seconds == null ? null : timeOf(seconds)

export const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000)
