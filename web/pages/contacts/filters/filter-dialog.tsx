import { Button } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../../parts/dialog.tsx'
import { Problem } from '../../../parts/problem.tsx'
import { useAddress } from '../../../parts/search.ts'
import { plural, t } from '../../../texts/translate.ts'
import { EVERYBODY, type Filter, filterIn, hasEmptyRule, toAddress } from './condition.ts'
import type { Field } from './fields.ts'
import { ruleOf } from './fields.ts'
import { FilterBuilder } from './filter-builder.tsx'
import { useCount } from './use-count.ts'

/** Edits the filter of the list; how many contacts it finds is shown before it is applied. */
export function FilterDialog({ fields, onClose }: { fields: Field[]; onClose: () => void }) {
  const { search, change } = useAddress()
  const [filter, setFilter] = useState<Filter>(() => {
    const given = filterIn(search)
    return given.parts.length > 0 ? given : { ...EVERYBODY, parts: [ruleOf(fields[0]!.operators[0]!)] }
  })
  const { data: count, error } = useCount(filter, search['filter[search]'])
  const isIncomplete = hasEmptyRule(filter)
  return (
    <Dialog onClose={onClose} size="xl" title={t('filter.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          change({ ...toAddress(filter, search), dialog: undefined })
        }}
      >
        {error && <Problem error={error} />}
        <FilterBuilder fields={fields} filter={filter} onChange={setFilter} />
        <div className="dialog-buttons">
          <output className="filter-count">
            {isIncomplete ? t('filter.incomplete') : count === undefined ? '' : plural('filter.count', count)}
          </output>
          <Button variant="default" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button type="submit" disabled={error !== null || isIncomplete}>
            {t('filter.apply')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
