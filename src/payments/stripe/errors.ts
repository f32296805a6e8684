/** What an error of the API of Stripe means. */
import Stripe from 'stripe'

const { StripeAuthenticationError, StripeError, StripeInvalidRequestError, StripePermissionError } =
  Stripe.errors

/** The object does not exist, or not any more. @param param the parameter that names it; left out: any */
export const isMissing = (error: unknown, param?: string): boolean =>
  error instanceof StripeInvalidRequestError &&
  error.code === 'resource_missing' &&
  (param === undefined || error.param === param)

/** Stripe does not accept the key, or does not permit it what is needed. */
export const isUnauthorized = (error: unknown): boolean =>
  error instanceof StripeAuthenticationError || error instanceof StripePermissionError

/** Stripe has understood the request and does not do it, whenever it is repeated. */
export const isRefused = (error: unknown): boolean =>
  error instanceof StripeInvalidRequestError && (error.statusCode ?? 0) < 500

/** What Stripe says, without keys: its messages repeat parts of them. */
export const explain = (error: unknown): string =>
  error instanceof StripeError
    ? error.message.replace(/\b(?:sk|rk|pk|whsec)_[\w*]+/g, '[key]')
    : (error as Error).message
