import type { Tone } from '../../parts/state.tsx'

interface Period {
  starts_at: string
  expires_at: string | null
  revoked_at: string | null
  revoke_reason: string | null
}

const SOON_MS = 7 * 86_400_000

export interface AccessState {
  state: 'open' | 'until' | 'endsSoon' | 'from' | 'revoked' | 'expired' | 'replaced' | 'merged'
  tone: Tone
  /** The moment that belongs to the state, and whether it is an end of access. */
  at: string | null
  as: 'day' | 'end'
}

/** What has ended a grant, other than somebody who revoked it. */
const ENDED_BY: Record<string, AccessState['state']> = { replaced: 'replaced', merged: 'merged' }

/** Whether the access of a grant has not ended. */
export const isOpen = ({ revoked_at, expires_at }: Period, now: number): boolean =>
  revoked_at === null && (expires_at === null || Date.parse(expires_at) > now)

/** What a person wants to know of a grant first. */
export function accessState(period: Period, now: number): AccessState {
  const { starts_at, expires_at, revoked_at, revoke_reason } = period
  if (revoked_at && revoke_reason !== 'expired')
    return { state: ENDED_BY[revoke_reason ?? ''] ?? 'revoked', tone: 'plain', at: revoked_at, as: 'day' }
  if (!isOpen(period, now)) return { state: 'expired', tone: 'plain', at: expires_at, as: 'end' }
  if (Date.parse(starts_at) > now) return { state: 'from', tone: 'warn', at: starts_at, as: 'day' }
  if (expires_at === null) return { state: 'open', tone: 'good', at: null, as: 'day' }
  const isSoon = Date.parse(expires_at) - now < SOON_MS
  return { state: isSoon ? 'endsSoon' : 'until', tone: isSoon ? 'warn' : 'good', at: expires_at, as: 'end' }
}
