import { offersBody } from '../../src/testing/fixtures.ts'
import type { Result } from '../figure.ts'
import type { Plan, Report } from '../load/load.ts'

/** How many clients grant at once. */
export const CONNECTIONS = 32
export const WARMUP_SECONDS = 2

interface GrantsTo {
  url: string
  token: string
  offerId: string
  firstContact: number
  contacts: number
}

/** Grants the offer over HTTP to one contact after the other. */
export function grantsPlan({ url, token, offerId, firstContact, contacts }: GrantsTo, seconds: number): Plan {
  return {
    url,
    token,
    loop: { kind: 'closed' },
    connections: CONNECTIONS,
    warmupSeconds: WARMUP_SECONDS,
    seconds,
    requests: {
      method: 'POST',
      paths: ['/v1/contacts/{n}/relationships/offers'],
      body: JSON.stringify(offersBody([offerId])),
      numbers: { first: firstContact, count: contacts, step: 1 },
    },
  }
}

/** The rate of a load as a result. */
export function rateOf(key: string, what: string, report: Report): Result {
  const { perSecond, seconds, statuses, latency } = report
  return { key, what, value: perSecond, unit: '/s', seconds, statuses, details: { ...latency } }
}
