import { State, type Tone } from '../../parts/state.tsx'
import { textOr } from '../../texts/translate.ts'

export const PAYOUT_STATUSES = ['pending', 'in_transit', 'paid', 'failed', 'canceled']

const TONES: Record<string, Tone> = { pending: 'warn', in_transit: 'warn', paid: 'good', failed: 'bad' }

export const payoutStatusName = (status: string): string => textOr(`payouts.status.${status}`, status)

/** @param status as the API shows it: "In Transit" */
export function PayoutState({ status }: { status: string }) {
  const name = status.toLowerCase().replaceAll(' ', '_')
  return <State tone={TONES[name] ?? 'plain'}>{payoutStatusName(name)}</State>
}
