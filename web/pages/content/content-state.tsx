import { ClockIcon } from '../../parts/icons.tsx'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'
import type { ContentState } from './kinds.ts'

/** Whether a page can be read, as an icon and a word. */
export function StateOfContent({ state }: { state: ContentState }) {
  return (
    <State
      tone={state === 'published' ? 'good' : 'plain'}
      icon={state === 'scheduled' ? <ClockIcon size={15} /> : undefined}
    >
      {t(`status.${state}`)}
    </State>
  )
}
