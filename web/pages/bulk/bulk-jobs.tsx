import { Link } from '@tanstack/react-router'
import { listBulkJobs } from '../../api/generated.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Actor } from '../../parts/events.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { language, t } from '../../texts/translate.ts'
import { actOf, type Job } from './jobs.ts'

/** Every change of many contacts at once. */
export function BulkJobs() {
  const { subdomain: site } = useCurrentSite()
  const query = useSiteList('bulk_jobs', listBulkJobs)
  const columns: Column<Job>[] = [
    {
      title: t('bulk.what'),
      cell: (job) => (
        <Link to="/s/$site/bulk-jobs/$id" params={{ site, id: job.id }}>
          {actOf(job)}
        </Link>
      ),
    },
    { title: t('bulk.state'), cell: ({ attributes }) => <StateOf status={attributes.status} /> },
    {
      title: t('contacts.title'),
      isFigure: true,
      cell: ({ attributes }) => attributes.total.toLocaleString(language),
    },
    {
      title: t('status.failed'),
      isFigure: true,
      cell: ({ attributes }) => attributes.failed.toLocaleString(language),
    },
    {
      title: t('bulk.by'),
      isMinor: true,
      cell: ({ attributes }) => <Actor actor={attributes.actor} />,
    },
    {
      title: t('bulk.when'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} />,
    },
  ]
  return (
    <>
      <Heading title={t('bulk.title')} lead={countOf('bulk.jobs', query.data)} />
      <DataTable
        label={t('bulk.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('bulk.empty')} />}
      />
    </>
  )
}
