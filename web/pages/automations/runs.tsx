import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { getAutomation, listAutomationRuns } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { LeftIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t, textOr } from '../../texts/translate.ts'
import { RunState } from './run-state.tsx'

const STATUSES = ['active', 'completed', 'stopped', 'failed']

/** The runs of an automation, or of all. */
export function Runs() {
  const { id } = useParams({ strict: false }) as { id?: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const { data: automation } = useQuery({
    ...oneOf('automations', getAutomation, id ?? ''),
    enabled: id !== undefined,
  })
  const query = useSiteList('automation_runs', listAutomationRuns, {
    include: 'contact,automation',
    ...(id && { 'filter[automation_id]': id }),
  })
  type Row = NonNullable<typeof query.data>['data'][number]
  const nameOf = (row: Row, relationship: 'contact' | 'automation') => {
    const included = findIncluded(query.data, row.relationships[relationship]?.data)
    return String(included?.attributes.name || included?.attributes.email || '–')
  }
  const columns: Column<Row>[] = [
    {
      title: t('runs.contact'),
      cell: (row) => (
        <Link
          to="/s/$site/automations/$id/runs/$run"
          params={{ site, id: row.relationships.automation?.data?.id ?? '', run: row.id }}
        >
          {nameOf(row, 'contact')}
        </Link>
      ),
    },
    ...(id ? [] : [{ title: t('runs.automation'), cell: (row: Row) => nameOf(row, 'automation') }]),
    { title: t('runs.state'), cell: ({ attributes }) => <RunState {...attributes} /> },
    {
      title: t('runs.done'),
      isFigure: true,
      isMinor: true,
      cell: ({ attributes }) => attributes.steps.length,
    },
    { title: t('runs.next'), isMinor: true, cell: ({ attributes }) => <Moment at={attributes.due_at} /> },
    { title: t('runs.began'), cell: ({ attributes }) => <Moment at={attributes.created_at} /> },
  ]
  const name = automation?.data.attributes.name
  return (
    <>
      <Heading
        back={
          id ? (
            <Link to="/s/$site/automations/$id" params={{ site, id }}>
              <LeftIcon size={16} />
              {name ?? '…'}
            </Link>
          ) : (
            <Link to="/s/$site/automations" params={{ site }}>
              <LeftIcon size={16} />
              {t('automations.title')}
            </Link>
          )
        }
        title={t('runs.title')}
        lead={countOf('runs.count', query.data)}
      />
      <div className="toolbar">
        <Select
          aria-label={t('runs.state')}
          placeholder={t('runs.all')}
          clearable
          data={STATUSES.map((status) => ({ value: status, label: textOr(`status.${status}`, status) }))}
          value={search['filter[status]'] ?? null}
          onChange={(status) => change({ 'filter[status]': status ?? undefined, 'page[number]': undefined })}
        />
      </div>
      <DataTable
        label={t('runs.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('runs.empty')} />}
      />
    </>
  )
}
