import Stripe from 'stripe'
import type { Config } from '../../platform/config.ts'
import { VERSION } from '../../platform/version.ts'

/** Longer than Stripe takes; a request that hangs is repeated by whoever made it. */
const TIMEOUT_MS = 20_000

/**
 * A client of Stripe's API with the key of an account. The version of the API is that of the package: answers have
 * the form of its types.
 *
 * @param key not sealed; it is kept in no log and in no error
 */
export function stripeClient({ STRIPE_API_URL }: Pick<Config, 'STRIPE_API_URL'>, key: string): Stripe {
  return new Stripe(key, {
    ...(STRIPE_API_URL && addressOf(STRIPE_API_URL)),
    timeout: TIMEOUT_MS,
    // The queue repeats what fails; a request that a person waits for is worth another attempt.
    maxNetworkRetries: 1,
    telemetry: false,
    appInfo: { name: 'Bestow', version: VERSION },
  })
}

function addressOf(origin: string) {
  const { hostname, port, protocol } = new URL(origin)
  return { host: hostname, ...(port && { port }), protocol: protocol.slice(0, -1) as 'http' | 'https' }
}
