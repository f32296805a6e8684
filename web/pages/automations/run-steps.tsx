import type { ReactNode } from 'react'
import type { AutomationRunAttributes } from '../../api/generated.ts'
import { Moment } from '../../parts/dates.tsx'
import { ClockIcon } from '../../parts/icons.tsx'
import { State } from '../../parts/state.tsx'
import { t, textOr } from '../../texts/translate.ts'
import { useStepSentences } from './definition.tsx'
import { useVersions } from './versions.tsx'

interface RunStepsProps {
  automationId: string
  run: Required<AutomationRunAttributes>
}

interface Shown {
  action: string
  values: Record<string, unknown>
  state: ReactNode
  at: string | null
}

/** The steps of the version that the run follows: those that are done, the next one, and those that come later. */
export function RunSteps({ automationId, run }: RunStepsProps) {
  const versions = useVersions(automationId)
  const actions = versions?.find(({ version }) => version === run.version)?.actions
  const done = run.steps.map(({ action, detail, state, done_at }): Shown => {
    const reason = typeof detail.reason === 'string' ? detail.reason : null
    return {
      action,
      values: detail,
      state:
        state === 'done' ? (
          <State tone="good">{t('stepState.done')}</State>
        ) : (
          <State tone="plain">
            {t('stepState.skipped')}
            {reason && `: ${textOr(`skipReason.${reason}`, reason)}`}
          </State>
        ),
      at: done_at,
    }
  })
  const rest = (actions ?? []).slice(done.length).map(({ action, ...values }, index): Shown => {
    const isNext = index === 0
    return {
      action,
      values,
      state: isNext ? stateOfNext(run) : null,
      at: isNext ? run.due_at : null,
    }
  })
  const shown = [...done, ...rest]
  const describe = useStepSentences(shown)
  return (
    <ol className="run-steps">
      {shown.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: their places are what they are known by.
        <li key={index} data-is-done={index < done.length || undefined}>
          <span className="step-number" aria-hidden="true">
            {index + 1}
          </span>
          <span className="run-step-text">{describe(step)}</span>
          <span className="run-step-state">
            {step.state}
            {step.at && (
              <span className="meta">
                <Moment at={step.at} />
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}

function stateOfNext({ status }: { status: string }): ReactNode {
  if (status === 'failed') return <State tone="bad">{t('stepState.failed')}</State>
  if (status !== 'active') return <State tone="plain">{t('stepState.notReached')}</State>
  return (
    <State tone="warn" icon={<ClockIcon size={15} />}>
      {t('stepState.next')}
    </State>
  )
}
