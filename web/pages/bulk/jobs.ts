/** Bulk jobs, as the pages and the tray read them. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Complete, CompleteDocument } from '../../api/documents.ts'
import { type BulkJob, type BulkJobPage, listBulkJobs } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { textOr } from '../../texts/translate.ts'

export type Job = Complete<BulkJob>

/** No event says how far a job is: it is read again until it has ended. */
export const WHILE_RUNNING_MS = 1_500

export const isRunning = ({ attributes: { status } }: Pick<Job, 'attributes'>): boolean =>
  status === 'pending' || status === 'running'

/** The last jobs of the site, with their progress. */
export function useLatestJobs(count: number): Job[] {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const query = queryOptions({
    ...listOf('bulk_jobs', listBulkJobs, { 'filter[site_id]': siteId, 'page[size]': count }),
    enabled: may('view:bulk_jobs'),
  })
  const { data } = useQuery({
    ...query,
    refetchInterval: ({ state }) =>
      (state.data as CompleteDocument<BulkJobPage> | undefined)?.data.some(isRunning)
        ? WHILE_RUNNING_MS
        : false,
  })
  return data?.data ?? []
}

/** What a job does, in a few words: "Add tags". */
export function actOf({ attributes: { kind, settings } }: Pick<Job, 'attributes'>): string {
  const name = kind === 'tags' ? ('remove_tag_ids' in settings ? 'untag' : 'tag') : kind
  return textOr(`bulk.act.${name}`, kind)
}
