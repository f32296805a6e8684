import type { ReactNode } from 'react'
import { t, textOr } from '../texts/translate.ts'
import { ClockIcon, DoneIcon, MinusIcon, PauseIcon, StopIcon, WaitIcon } from './icons.tsx'

export type Tone = 'good' | 'warn' | 'bad' | 'plain'

const ICONS = { good: DoneIcon, warn: WaitIcon, bad: StopIcon, plain: MinusIcon }

/** A state as an icon, a word and a color: each alone is enough. */
export function State({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  const Icon = ICONS[tone]
  return (
    <span className={`state state-${tone}`}>
      {icon ?? <Icon size={15} />}
      {children}
    </span>
  )
}

/** Tones of the states that the API names; what is not listed is plain. */
const TONES: Record<string, Tone> = {
  sent: 'good',
  delivered: 'good',
  completed: 'good',
  done: 'good',
  kept: 'plain',
  active: 'warn',
  pending: 'warn',
  queued: 'warn',
  sending: 'warn',
  running: 'warn',
  waiting: 'warn',
  failed: 'bad',
  cancelled: 'plain',
}

/** The state of an e-mail, a delivery or a run, by the name that the API has for it. */
export function StateOf({ status }: { status: string }) {
  const tone = TONES[status] ?? 'plain'
  return (
    <State tone={tone} icon={tone === 'warn' ? <ClockIcon size={15} /> : undefined}>
      {textOr(`status.${status}`, status)}
    </State>
  )
}

export function Enabled({ isEnabled }: { isEnabled: boolean }) {
  return isEnabled ? (
    <State tone="good">{t('enabled.on')}</State>
  ) : (
    <State tone="plain" icon={<PauseIcon size={15} />}>
      {t('enabled.off')}
    </State>
  )
}
