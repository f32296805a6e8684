import { now } from '../../api/clock.ts'
import { onDemand } from '../../parts/on-demand.tsx'
import { isRunning, useLatestJobs } from './jobs.ts'

const JobsPopover = onDemand(async () => (await import('./jobs-popover.tsx')).JobsPopover)

const SHOWN = 5
/** Jobs that have ended stay in the tray for a day. */
const RECENT_MS = 86_400_000

/** The bulk jobs of the site in the head of every page, as long as there are any. */
export function JobsTray() {
  const jobs = useLatestJobs(SHOWN).filter(
    (job) => isRunning(job) || now() - Date.parse(job.attributes.created_at) < RECENT_MS,
  )
  return jobs.length === 0 ? null : <JobsPopover jobs={jobs} />
}
