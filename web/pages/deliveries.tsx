import { Button, Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { findIncluded } from '../api/documents.ts'
import { getWebhookDelivery, listWebhookDeliveries, replayWebhookDelivery } from '../api/generated.ts'
import { oneOf, refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { type Column, countOf, DataTable, FilterChips } from '../parts/data-table.tsx'
import { Moment } from '../parts/dates.tsx'
import { FilterSelect } from '../parts/filter-select.tsx'
import { attempt, notify } from '../parts/forms.tsx'
import { ReplayIcon } from '../parts/icons.tsx'
import { Empty, Facts, Heading } from '../parts/page.tsx'
import { Problem } from '../parts/problem.tsx'
import { useAddress } from '../parts/search.ts'
import { State, StateOf } from '../parts/state.tsx'
import { useSiteList } from '../shell/use-site-list.ts'
import { plural, t, textOr } from '../texts/translate.ts'
import './deliveries.css'

const STATUSES = ['pending', 'delivered', 'failed', 'cancelled']

export function Deliveries() {
  const { search, change } = useAddress()
  const query = useSiteList('webhook_deliveries', listWebhookDeliveries, { sort: '-id', include: 'hook' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    { title: t('deliveries.state'), cell: ({ attributes }) => <StateOf status={attributes.status} /> },
    {
      title: t('deliveries.event'),
      cell: ({ id, attributes }) => (
        <Link to="." search={{ ...search, delivery: id }}>
          {textOr(`hook.${attributes.event}`, attributes.event)}
        </Link>
      ),
    },
    {
      title: t('deliveries.to'),
      cell: ({ relationships }) =>
        String(findIncluded(query.data, relationships.hook?.data)?.attributes.target_url ?? ''),
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
        <FilterChips labels={{ 'filter[hook_id]': (id) => t('deliveries.ofHook', { id }) }} />
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

function DeliveryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const may = useMay()
  const { data, error } = useQuery(oneOf('webhook_deliveries', getWebhookDelivery, id))
  const delivery = data?.data.attributes
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t('deliveries.one', { id })}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {error && <Problem error={error} />}
      {delivery && (
        <div className="fields">
          <Facts
            facts={{
              [t('deliveries.state')]: <StateOf status={delivery.status} />,
              [t('deliveries.event')]: textOr(`hook.${delivery.event}`, delivery.event),
              [t('deliveries.id')]: <code>{delivery.webhook_id}</code>,
              [t('deliveries.next')]: <Moment at={delivery.next_attempt_at} />,
            }}
          />
          {may('manage:hooks') && (
            <div>
              <Button
                variant="default"
                leftSection={<ReplayIcon size={16} />}
                onClick={async () => {
                  await attempt(async () => {
                    await replayWebhookDelivery(id)
                    await refresh('webhook_deliveries')
                    notify(t('deliveries.replayed'))
                  })
                }}
              >
                {t('deliveries.replay')}
              </Button>
            </div>
          )}
          <section>
            <h2>{plural('deliveries.attempts', delivery.attempts.length)}</h2>
            <ol className="attempts">
              {delivery.attempts.map(
                ({ number, begun_at, duration_ms, response_status, response_body, error }) => (
                  <li key={number}>
                    <div className="attempt-head">
                      <State tone={response_status && response_status < 300 ? 'good' : 'bad'}>
                        {response_status ?? t('deliveries.noResponse')}
                      </State>
                      <Moment at={begun_at} />
                      <span className="meta">{t('deliveries.took', { ms: duration_ms })}</span>
                    </div>
                    {error && <p>{textOr(`deliveryError.${error}`, error)}</p>}
                    {response_body && <pre>{response_body}</pre>}
                  </li>
                ),
              )}
            </ol>
          </section>
          <section>
            <h2>{t('deliveries.body')}</h2>
            <pre className="email-source">{readable(delivery.body)}</pre>
          </section>
        </div>
      )}
    </Drawer>
  )
}

function readable(body: string | null): string {
  if (body === null) return ''
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
