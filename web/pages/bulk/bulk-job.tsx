import { Button, Progress } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { cancelBulkJob, getBulkJob, listBulkJobRows, retryBulkJob } from '../../api/generated.ts'
import { listOf, oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Actor } from '../../parts/events.tsx'
import { attempt } from '../../parts/forms.tsx'
import { LeftIcon } from '../../parts/icons.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useNames } from '../../parts/resource-names.ts'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { State, StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t, textOr } from '../../texts/translate.ts'
import { actOf, isRunning, type Job, WHILE_RUNNING_MS } from './jobs.ts'
import { rowStatus } from './statement.tsx'
import './bulk.css'

/** A change of many contacts: how far it is, and what became of each. */
export function BulkJobPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const { data: document } = useSuspenseQuery({
    ...oneOf('bulk_jobs', getBulkJob, id),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data.data) ? WHILE_RUNNING_MS : false),
  })
  const job: Job = document.data
  const { attributes } = job
  const canRetry = !isRunning(job) && (attributes.failed > 0 || attributes.done < attributes.total)
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/bulk-jobs" params={{ site }}>
            <LeftIcon size={16} />
            {t('bulk.title')}
          </Link>
        }
        title={actOf(job)}
        state={<StateOf status={attributes.status} />}
        lead={<Moment at={attributes.created_at} />}
        actions={
          may('manage:bulk_jobs') && (
            <>
              {isRunning(job) && (
                <Button variant="default" onClick={() => void act(cancelBulkJob, id)}>
                  {t('bulk.cancel')}
                </Button>
              )}
              {canRetry && (
                <Button onClick={() => void act(retryBulkJob, id)}>
                  {attributes.failed > 0 ? t('bulk.retry', { n: attributes.failed }) : t('bulk.continue')}
                </Button>
              )}
            </>
          )
        }
      />
      <Card>
        {isRunning(job) && <Progress value={attributes.progress} aria-label={t('bulk.progress')} mb={16} />}
        <Facts
          facts={{
            [t('bulk.what')]: <What job={job} />,
            [t('bulk.done')]:
              `${attributes.done.toLocaleString(language)} / ${attributes.total.toLocaleString(language)}`,
            [t('bulk.by')]: <Actor actor={attributes.actor} />,
            ...(attributes.reason && {
              [t('bulk.reason')]: textOr(`bulk.reason.${attributes.reason}`, attributes.reason),
            }),
          }}
        />
      </Card>
      <Rows job={job} />
    </>
  )
}

async function act(request: (id: string) => Promise<unknown>, id: string): Promise<void> {
  await attempt(() => request(id))
  await refresh('bulk_jobs', 'bulk_job_rows')
}

/** The tags or offers of a job by their names. */
function What({ job }: { job: Job }) {
  const {
    add_tag_ids: added = [],
    remove_tag_ids: removed = [],
    offer_ids: offers = [],
  } = job.attributes.settings as Record<string, string[] | undefined>
  const names = useNames({ contact_tags: [...added, ...removed], offers })
  const all = [
    ...[...added, ...removed].map((id) => names('contact_tags', id)),
    ...offers.map((id) => names('offers', id)),
  ]
  return `${actOf(job)}: ${all.join(', ')}`
}

function Rows({ job }: { job: Job }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const params = { include: 'contact', 'page[size]': PAGE_SIZE, ...apiParameters(search) }
  const list = listOf(
    'bulk_job_rows',
    ({ id, ...rest }: typeof params & { id: string }, init: RequestInit) => listBulkJobRows(id, rest, init),
    { id: job.id, ...params },
  )
  // Rows are read again whenever some more of them are done.
  const query = useQuery({
    ...list,
    queryKey: [...list.queryKey, job.attributes.done, job.attributes.status] as never,
  })
  type Row = NonNullable<typeof query.data>['data'][number]
  const contactOf = ({ relationships, attributes }: Row) => {
    const contact = findIncluded(query.data, relationships.contact?.data)
    return {
      id: contact?.id,
      name: String(
        contact?.attributes.name || contact?.attributes.email || attributes.email || t('bulk.gone'),
      ),
    }
  }
  const columns: Column<Row>[] = [
    {
      title: t('contacts.name'),
      cell: (row) => {
        const { id, name } = contactOf(row)
        return id ? (
          <Link to="/s/$site/contacts/$id" params={{ site, id }}>
            {name}
          </Link>
        ) : (
          name
        )
      },
    },
    {
      title: t('bulk.state'),
      cell: ({ attributes: { status } }) => (
        <State tone={status === 'failed' ? 'bad' : status === 'pending' ? 'warn' : 'good'}>
          {rowStatus(status)}
        </State>
      ),
    },
    {
      title: t('bulk.reason'),
      cell: ({ attributes }) => attributes.detail ?? <span className="meta">–</span>,
    },
  ]
  const counts = Object.entries(job.attributes.counts).filter(([, count]) => count > 0)
  const status = search['filter[status]']
  return (
    <section>
      <h2 className="rows-title">{t('bulk.rows')}</h2>
      <div className="toolbar">
        {counts.map(([name, count]) => (
          <Button
            key={name}
            size="xs"
            variant={status === name ? 'filled' : 'default'}
            aria-pressed={status === name}
            onClick={() =>
              change({ 'filter[status]': status === name ? undefined : name, 'page[number]': undefined })
            }
          >
            {rowStatus(name)} {count.toLocaleString(language)}
          </Button>
        ))}
      </div>
      <DataTable
        label={t('bulk.rows')}
        query={query}
        columns={columns}
        empty={<p className="meta">{t('bulk.noRows')}</p>}
      />
    </section>
  )
}
