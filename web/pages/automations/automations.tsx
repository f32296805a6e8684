import { Button, Switch } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { listAutomations, updateAutomation } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { attempt } from '../../parts/forms.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { Enabled } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { definitionColumns } from './definition-columns.tsx'
import { EXAMPLES } from './examples.ts'
import './automations.css'

/** Enables an automation or disables it. */
export async function enable(id: string, enabled: boolean): Promise<void> {
  await attempt(async () => {
    await updateAutomation(id, { data: { type: 'automations', id, attributes: { enabled } } } as never)
    await refresh('automations')
  })
}

export function Automations() {
  const { subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const may = useMay()
  const query = useSiteList('automations', listAutomations)
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    ...definitionColumns<Row>(site),
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
  const actions = (
    <>
      <Button
        variant="default"
        renderRoot={(props) => <Link to="/s/$site/automations/runs" params={{ site }} {...props} />}
      >
        {t('automations.allRuns')}
      </Button>
      {may('manage:automations') && (
        <Button
          leftSection={<PlusIcon size={16} />}
          renderRoot={(props) => <Link to="/s/$site/automations/new" params={{ site }} {...props} />}
        >
          {t('automations.add')}
        </Button>
      )}
    </>
  )
  return (
    <>
      <Heading
        title={t('automations.title')}
        lead={countOf('automations.count', query.data)}
        actions={isEmpty(query.data, search) ? null : actions}
      />
      {!isEmpty(query.data, search) && (
        <div className="toolbar">
          <SearchField parameter="filter[name_cont]" label={t('automations.search')} />
        </div>
      )}
      <DataTable
        label={t('automations.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('automations.empty')}>{may('manage:automations') && <Examples site={site} />}</Empty>
        }
      />
    </>
  )
}

/** Automations to begin with, and one without anything. */
function Examples({ site }: { site: string }) {
  return (
    <>
      <ul className="examples">
        {Object.entries(EXAMPLES).map(([name, { title, text }]) => (
          <li key={name}>
            <Link
              className="example"
              to="/s/$site/automations/new"
              params={{ site }}
              search={{ example: name } as never}
            >
              <strong>{t(title)}</strong>
              <span>{t(text)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <Button
        leftSection={<PlusIcon size={16} />}
        renderRoot={(props) => <Link to="/s/$site/automations/new" params={{ site }} {...props} />}
      >
        {t('automations.addEmpty')}
      </Button>
    </>
  )
}
