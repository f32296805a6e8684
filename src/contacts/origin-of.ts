import type { Origin } from '../events/events.ts'
import type { WriteContext } from '../http/route.ts'

/** Where a change comes from that a request makes. */
export const originOf = ({ actor, requestId, scope }: WriteContext): Origin => ({
  actor,
  requestId,
  now: scope.now,
})
