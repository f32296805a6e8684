import { formatExact } from '../../../src/platform/text/zone.ts'
import { useZone } from '../../parts/dates.tsx'
import { State } from '../../parts/state.tsx'
import { language, t } from '../../texts/translate.ts'
import type { Filter } from '../contacts/filters/condition.ts'
import { useDescriptions } from '../contacts/filters/describe.ts'
import { useFields } from '../contacts/filters/use-fields.ts'

interface ExplainedFilter {
  filter: string
  value: unknown
  is_met: boolean
  found: string[] | string | number | boolean | null
  is_recorded: boolean
}

type Explained =
  | { is_met: boolean; all: Explained[] }
  | { is_met: boolean; any: Explained[] }
  | ExplainedFilter

function filtersOf(explained: Explained): ExplainedFilter[] {
  if ('all' in explained) return explained.all.flatMap(filtersOf)
  if ('any' in explained) return explained.any.flatMap(filtersOf)
  return [explained]
}

/** Each condition, whether it is met, and the value that was found. */
export function Conditions({ conditions }: { conditions: object }) {
  const parts = filtersOf(conditions as Explained).map((each) => ({ ...each, value: String(each.value) }))
  const describe = useDescriptions({ match: 'all', parts } as Filter, useFields())
  const zone = useZone()
  return (
    <ul className="result-conditions">
      {parts.map((part) => (
        <li key={`${part.filter} ${part.value}`}>
          <State tone={part.is_met ? 'good' : 'bad'}>{part.is_met ? t('yes') : t('no')}</State>
          <span>
            {describe(part)}.{' '}
            {part.is_recorded
              ? t('condition.found', { value: foundInWords(part.found, zone) })
              : t('condition.notRecorded')}
          </span>
        </li>
      ))}
    </ul>
  )
}

const IS_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

function foundInWords(found: ExplainedFilter['found'], zone: string): string {
  if (Array.isArray(found)) return found.join(', ') || t('condition.nothing')
  if (found === null || found === '') return t('condition.nothing')
  if (typeof found === 'boolean') return found ? t('yes') : t('no')
  if (typeof found === 'number') return found.toLocaleString(language)
  return IS_TIME.test(found) ? formatExact(language, zone, new Date(found)) : found
}
