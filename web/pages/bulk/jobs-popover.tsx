import { Popover, Progress } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Moment } from '../../parts/dates.tsx'
import { AlertIcon, JobsIcon } from '../../parts/icons.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { actOf, isRunning, type Job } from './jobs.ts'
import './bulk.css'

/** A button with the progress of jobs, that shows them: what runs, how far it is, and what has failed. */
export function JobsPopover({ jobs }: { jobs: Job[] }) {
  const { subdomain: site } = useCurrentSite()
  const [isOpen, setOpen] = useState(false)
  const running = jobs.filter(isRunning)
  const failed = jobs.reduce((sum, { attributes }) => sum + attributes.failed, 0)
  const label =
    running.length > 0
      ? plural('bulk.running', running.length)
      : failed > 0
        ? plural('bulk.failed', failed)
        : t('bulk.title')
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={320} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className="bar-button jobs-button"
          aria-label={label}
          onClick={() => setOpen(!isOpen)}
        >
          {running.length === 0 && failed > 0 ? <AlertIcon /> : <JobsIcon />}
          {running.length > 0 && <span className="jobs-progress">{progressOf(running)}%</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('bulk.title')}>
        <ul className="plain-list jobs">
          {jobs.map((job) => (
            <li key={job.id}>
              <JobLine job={job} site={site} onGo={() => setOpen(false)} />
            </li>
          ))}
        </ul>
        <Link className="jobs-all" to="/s/$site/bulk-jobs" params={{ site }} onClick={() => setOpen(false)}>
          {t('bulk.all')}
        </Link>
      </Popover.Dropdown>
    </Popover>
  )
}

function progressOf(jobs: Job[]): number {
  const sum = (name: 'done' | 'total') => jobs.reduce((total, { attributes }) => total + attributes[name], 0)
  return sum('total') === 0 ? 100 : Math.floor((100 * sum('done')) / sum('total'))
}

function JobLine({ job, site, onGo }: { job: Job; site: string; onGo: () => void }) {
  const { total, failed, progress, created_at } = job.attributes
  return (
    <>
      <div className="jobs-line">
        <Link to="/s/$site/bulk-jobs/$id" params={{ site, id: job.id }} onClick={onGo}>
          {actOf(job)}
        </Link>
        <span className="meta">
          <Moment at={created_at} />
        </span>
      </div>
      {isRunning(job) ? (
        <Progress value={progress} size="sm" aria-label={t('bulk.progress')} />
      ) : (
        <span className="meta">
          {plural('contacts.count', total)}
          {failed > 0 && <span className="jobs-failed">, {plural('bulk.failed', failed)}</span>}
        </span>
      )}
    </>
  )
}
