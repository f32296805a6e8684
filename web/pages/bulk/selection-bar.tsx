import { Button } from '@mantine/core'
import { useMay } from '../../api/session.ts'
import { CloseIcon } from '../../parts/icons.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { useAddress } from '../../parts/search.ts'
import type { Selection } from '../../parts/selection.ts'
import { plural, t } from '../../texts/translate.ts'
import { ACTS, type Subjects } from './acts.ts'
import './bulk.css'

const BulkDialog = onDemand(async () => (await import('./bulk-dialog.tsx')).BulkDialog)

interface SelectionBarProps {
  selection: Selection
  /** Of the contacts that match the filter, on all pages. */
  total: number
  filter: Record<string, unknown>
}

/** What can be done with the selected contacts. */
export function SelectionBar({ selection, total, filter }: SelectionBarProps) {
  const { search, change } = useAddress()
  const may = useMay()
  const count = selection.isAll ? total : selection.ids.size
  if (count === 0) return null
  const acts = ACTS.filter(({ permissions }) => permissions.every(may))
  const act = acts.find(({ name }) => search.dialog === `bulk-${name}`)
  const subjects: Subjects = selection.isAll ? { filter } : { ids: [...selection.ids] }
  const close = () => change({ dialog: undefined })
  return (
    <section className="selection-bar" aria-label={t('bulk.selected')}>
      <span className="selection-count">{plural('bulk.count', count)}</span>
      {!selection.isAll && total > count && (
        <Button variant="subtle" color="dark" size="compact-sm" onClick={selection.selectAll}>
          {plural('bulk.selectAll', total)}
        </Button>
      )}
      <span className="selection-acts">
        {acts.map(({ name, text }) => (
          <Button key={name} variant="default" size="xs" onClick={() => change({ dialog: `bulk-${name}` })}>
            {t(text)}
          </Button>
        ))}
        <Button
          variant="subtle"
          color="dark"
          size="xs"
          px={6}
          aria-label={t('bulk.clear')}
          onClick={selection.clear}
        >
          <CloseIcon size={16} />
        </Button>
      </span>
      {act && (
        <BulkDialog
          act={act}
          subjects={subjects}
          count={count}
          onClose={close}
          onStarted={() => {
            selection.clear()
            close()
          }}
        />
      )}
    </section>
  )
}
