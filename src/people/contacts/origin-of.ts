import type { Origin } from '../../platform/events/events.ts'
import type { WriteContext } from '../../platform/http/route.ts'

/** Where a change comes from that a request makes. */
export const originOf = ({ actor, requestId, source, scope }: WriteContext): Origin => ({
  actor,
  requestId,
  address: source,
  now: scope.now,
})
