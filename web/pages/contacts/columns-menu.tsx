import { Button, Checkbox, Popover } from '@mantine/core'
import { ColumnsIcon } from '../../parts/icons.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import { columnsIn, toColumns } from './columns.tsx'

/** Which columns the list has, besides the name. */
export function ColumnsMenu({ columns }: { columns: Map<string, { title: string }> }) {
  const { search, change } = useAddress()
  const shown = columnsIn(search)
  function toggle(name: string) {
    const others = shown.filter((one) => one !== name)
    const chosen = shown.includes(name)
      ? others
      : [...columns.keys()].filter((one) => one === name || others.includes(one))
    change({ columns: toColumns(chosen) }, { replace: true })
  }
  return (
    <Popover position="bottom-end" width={260} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<ColumnsIcon size={16} />}>
          {t('columns.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('columns.title')} mah={380} style={{ overflowY: 'auto' }}>
        <div className="columns-menu">
          {[...columns].map(([name, { title }]) => (
            <Checkbox key={name} label={title} checked={shown.includes(name)} onChange={() => toggle(name)} />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
