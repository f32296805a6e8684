/** The period of a grant: its start, its end, and when the end is announced. */
import type { ChangePeriod, Result } from '../commands.ts'
import { grantResult, refusal } from '../format.ts'
import { type Grant, nowIn, type World } from './world.ts'

/** An end that would be announced in the past is not. */
export function announcementOf(world: World, offer: string, until: number | null): number | null {
  const days = world.offers[offer]!.endingDays
  if (until === null || days === undefined) return null
  return until - 24 * days > nowIn(world) ? until - 24 * days : null
}

/** Access to a live grant lasts from `from` to `until` now. A period that is the same is no change. */
export function setPeriod(world: World, given: Grant, from: number, until: number | null): void {
  const before = { ...given }
  if (from === before.from && until === before.until) return
  Object.assign(given, { from, until, announcedAt: announcementOf(world, given.offer, until) })
  const isLonger = (until ?? Infinity) > (before.until ?? Infinity)
  const type = isLonger ? 'access_extended' : 'access_changed'
  world.events.push({ type, who: given.who, offer: given.offer })
}

/** `PATCH /v1/grants/{id}`: only of a grant that has not ended; access must end in the future, after its start. */
export function changePeriod(world: World, { grant, starts_at, expires_at }: ChangePeriod): Result {
  const given = grant && world.grants[grant.place]
  if (!given) return refusal(404, 'not_found')
  if (given.ended !== null) return refusal(409, 'grant_ended')
  const from = starts_at ?? given.from
  const until = expires_at === undefined ? given.until : expires_at
  if (from !== given.from || until !== given.until) {
    if (until !== null && until <= nowIn(world)) return invalid('expires_at')
    // An attribute with its current value is no change, and not at fault.
    if (until !== null && until <= from) return invalid(until === given.until ? 'starts_at' : 'expires_at')
  }
  setPeriod(world, given, from, until)
  return grantResult(given)
}

const invalid = (name: string) => refusal(422, 'invalid', `/data/attributes/${name}`)
