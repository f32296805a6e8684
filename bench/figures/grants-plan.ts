import { offersBody } from '../../src/testing/fixtures.ts'
import type { Numbers, Plan } from '../load/load.ts'

/** Number of concurrent clients. */
export const CONNECTIONS = 32
/** In an open loop: fewer than the server would refuse. Further requests wait, and their waiting time counts. */
export const OPEN_CONNECTIONS = 200
export const WARMUP_SECONDS = 2

export interface GrantsPlan {
  url: string
  token: string
  offerId: string
  /** Ids of the contacts to grant to. */
  numbers: Numbers
  seconds: number
}

/** Grants an offer over HTTP to one contact after the other, as fast as possible. */
export function grantsPlan({ url, token, offerId, numbers, seconds }: GrantsPlan): Plan {
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
      numbers,
    },
  }
}
