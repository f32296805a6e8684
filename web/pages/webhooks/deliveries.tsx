import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { listHooks, listWebhookDeliveries } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { hookEventName } from '../../parts/effect-values.ts'
import { FilterSelect } from '../../parts/filter-select.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t, textOr } from '../../texts/translate.ts'
import { DeliveryPanel, resultOf } from './delivery-panel.tsx'

const MOST_HOOKS = 200

const STATUSES = ['pending', 'delivered', 'failed', 'cancelled']

export function Deliveries() {
  const { search, change } = useAddress()
  const query = useSiteList('webhook_deliveries', listWebhookDeliveries, { sort: '-id', include: 'hook' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('deliveries.state'),
      cell: ({ attributes: { status, attempts } }) => (
        <>
          <StateOf status={status} />
          {status !== 'delivered' && attempts.length > 0 && (
            <div className="meta">{resultOf(attempts.at(-1)!)}</div>
          )}
        </>
      ),
    },
    {
      title: t('deliveries.event'),
      cell: ({ id, attributes }) => (
        <Link to="." search={{ ...search, delivery: id }}>
          {hookEventName(attributes.event)}
        </Link>
      ),
    },
    {
      title: t('deliveries.to'),
      cell: ({ relationships }) =>
        String(findIncluded(query.data, relationships.hook?.data)?.attributes.target_url ?? ''),
    },
    {
      title: t('deliveries.tried'),
      isFigure: true,
      isMinor: true,
      cell: ({ attributes }) => attributes.attempts.length,
    },
    {
      title: t('deliveries.at'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} />,
    },
  ]
  return (
    <>
      <Heading title={t('deliveries.title')} lead={countOf('deliveries.count', query.data)} />
      <div className="toolbar">
        <FilterSelect
          parameter="filter[status]"
          label={t('emails.anyState')}
          options={STATUSES.map((status) => ({ value: status, label: textOr(`status.${status}`, status) }))}
        />
        <HookFilter />
      </div>
      <DataTable
        label={t('deliveries.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('deliveries.empty')} />}
      />
      {search.delivery && (
        <DeliveryPanel id={search.delivery} onClose={() => change({ delivery: undefined })} />
      )}
    </>
  )
}

/** The webhooks of the site, of which there are at most 200. */
function HookFilter() {
  const { id: siteId } = useCurrentSite()
  const { data } = useQuery(
    listOf('hooks', listHooks, { 'filter[site_id]': siteId, 'page[size]': MOST_HOOKS }),
  )
  return (
    <FilterSelect
      parameter="filter[hook_id]"
      label={t('deliveries.anyHook')}
      options={(data?.data ?? []).map(({ id, attributes: { target_url, event } }) => ({
        value: id,
        label: `${target_url} · ${hookEventName(event)}`,
      }))}
    />
  )
}
