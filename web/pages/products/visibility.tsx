import { ClockIcon, LockIcon } from '../../parts/icons.tsx'
import { State } from '../../parts/state.tsx'
import { textOr } from '../../texts/translate.ts'

const ICONS: Record<string, typeof LockIcon> = { drip: ClockIcon, locked: LockIcon }

/** How members see a module or a lesson; what they simply see says nothing. */
export function Visibility({ option }: { option: string }) {
  if (option === 'published') return null
  const Icon = ICONS[option]
  return (
    <State tone="plain" icon={Icon && <Icon size={15} />}>
      {textOr(`status.${option}`, option)}
    </State>
  )
}
