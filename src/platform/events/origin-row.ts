import type { Origin } from './events.ts'

/** The origin of an event as record_events.sql reads it. */
export const originRow = ({ actor, requestId, address, cause }: Omit<Origin, 'now'>) => ({
  actor,
  request_id: requestId,
  address,
  caused_by: cause?.eventId,
  depth: cause?.depth,
  run_id: cause?.runId,
})
