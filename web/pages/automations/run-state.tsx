import { StateOf } from '../../parts/state.tsx'
import { textOr } from '../../texts/translate.ts'
import './automations.css'

/** The state of a run, with its reason where it has one. */
export function RunState({ status, reason }: { status: string; reason: string | null }) {
  return (
    <span className="run-state">
      <StateOf status={status} />
      {reason && reason !== status && <span className="meta">{textOr(`runReason.${reason}`, reason)}</span>}
    </span>
  )
}
