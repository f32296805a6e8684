import type { ReactNode } from 'react'
import { CheckIcon, CloseIcon } from '../../../parts/icons.tsx'
import { t } from '../../../texts/translate.ts'

export type StepState = 'done' | 'now' | 'failed' | 'later'

/** One of the steps of a connection; what is ahead is muted. */
export function Step({ state, title, children }: { state: StepState; title: string; children?: ReactNode }) {
  return (
    <li className="step" data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="step-mark" aria-hidden>
        {state === 'done' && <CheckIcon size={14} />}
        {state === 'failed' && <CloseIcon size={14} />}
      </span>
      <div className="step-body">
        <h3>
          {title}
          {(state === 'done' || state === 'failed') && (
            <span className="hidden">: {t(state === 'done' ? 'home.done' : 'status.failed')}</span>
          )}
        </h3>
        {children}
      </div>
    </li>
  )
}
