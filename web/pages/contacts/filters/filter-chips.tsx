import { CloseIcon } from '../../../parts/icons.tsx'
import { useAddress } from '../../../parts/search.ts'
import { t } from '../../../texts/translate.ts'
import { filterIn, toAddress } from './condition.ts'
import { useDescriptions } from './describe.ts'
import type { Field } from './fields.ts'

/** What the list is filtered by, each part with a button that drops it. Nothing filters that is not shown. */
export function ContactFilterChips({ fields }: { fields: Field[] }) {
  const { search, change } = useAddress()
  const filter = filterIn(search)
  const describe = useDescriptions(filter, fields)
  if (filter.parts.length === 0) return null
  return (
    <ul className="chips" aria-label={t('filter.title')}>
      {filter.parts.map((part, index) => {
        const text = describe(part)
        return (
          <li key={text}>
            {index > 0 && (
              <span className="meta">{t(filter.match === 'all' ? 'filter.and' : 'filter.or')}</span>
            )}
            {text}
            <button
              type="button"
              aria-label={t('table.dropFilter', { filter: text })}
              onClick={() =>
                change(toAddress({ ...filter, parts: filter.parts.toSpliced(index, 1) }, search))
              }
            >
              <CloseIcon size={14} />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
