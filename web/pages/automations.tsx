import { Switch } from '@mantine/core'
import { listAutomations, updateAutomation } from '../api/generated.ts'
import { refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { type Column, countOf, DataTable } from '../parts/data-table.tsx'
import { notify } from '../parts/forms.tsx'
import { Empty, Heading } from '../parts/page.tsx'
import { Enabled } from '../parts/state.tsx'
import { useSiteList } from '../shell/use-site-list.ts'
import { plural, t, textOr } from '../texts/translate.ts'

export function Automations() {
  const may = useMay()
  const query = useSiteList('automations', listAutomations)
  type Row = NonNullable<typeof query.data>['data'][number]
  async function enable(id: string, enabled: boolean) {
    try {
      await updateAutomation(id, { data: { type: 'automations', id, attributes: { enabled } } } as never)
      await refresh('automations')
    } catch (error) {
      notify((error as Error).message)
    }
  }
  const columns: Column<Row>[] = [
    { title: t('automations.name'), cell: ({ attributes }) => <strong>{attributes.name}</strong> },
    {
      title: t('automations.when'),
      cell: ({ attributes }) => textOr(`eventName.${attributes.trigger.event}`, attributes.trigger.event),
    },
    {
      title: t('automations.then'),
      isMinor: true,
      cell: ({ attributes }) => plural('automations.steps', attributes.actions.length),
    },
    {
      title: t('automations.state'),
      cell: ({ id, attributes: { enabled, name } }) =>
        may('manage:automations') ? (
          <Switch
            aria-label={t('automations.enableOf', { name })}
            checked={enabled}
            onChange={({ currentTarget }) => void enable(id, currentTarget.checked)}
          />
        ) : (
          <Enabled isEnabled={enabled} />
        ),
    },
  ]
  return (
    <>
      <Heading title={t('automations.title')} lead={countOf('automations.count', query.data)} />
      <DataTable
        label={t('automations.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('automations.empty')} />}
      />
    </>
  )
}
