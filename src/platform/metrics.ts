import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'

export interface Metrics {
  /** @param milliseconds until the answer was sent */
  observeRequest: (method: string, route: string, status: number, milliseconds: number) => void
  /** Offers granted by this process, a grant each. */
  grants: Counter<string>
  /** Requests that were refused because too many were there. */
  refused: Counter<string>
  /** What background jobs of this process have done, and how often they failed, by the name of the job. */
  jobs: { done: Counter<'job'>; failed: Counter<'job'> }
  /** The Prometheus text format. */
  text: () => Promise<string>
}

/** Numbers of jobs by kind, as of `bestow jobs`. */
export interface Backlog {
  pending: Record<string, number>
  failed: Record<string, number>
}

let processRegistry: Registry | undefined

/** The figures of Node, once for the process: what measures the use of the event loop, ten times a second, never ends. */
function figuresOfProcess(): Registry {
  if (!processRegistry) {
    processRegistry = new Registry()
    collectDefaultMetrics({ register: processRegistry })
  }
  return processRegistry
}

export function createMetrics(): Metrics {
  const ofProcess = figuresOfProcess()
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'bestow_http_request_seconds',
    help: 'Time until a request was answered',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  return {
    observeRequest: (method, route, status, milliseconds) =>
      requests.observe({ method, route, status: String(status) }, milliseconds / 1000),
    grants: new Counter({ name: 'bestow_grants_total', help: 'Offers granted', registers }),
    refused: new Counter({
      name: 'bestow_refused_requests_total',
      help: 'Requests rejected with 503 because the server was at capacity',
      registers,
    }),
    jobs: {
      done: new Counter({
        name: 'bestow_background_jobs_total',
        help: 'Items processed or started by background jobs: events dispatched, e-mails claimed, hooks claimed, …',
        labelNames: ['job'],
        registers,
      }),
      failed: new Counter({
        name: 'bestow_background_failures_total',
        help: 'Failures of background jobs, which were retried later',
        labelNames: ['job'],
        registers,
      }),
    },
    text: () => Registry.merge([ofProcess, registry]).metrics(),
  }
}

/**
 * What waits and has failed in the database, and when it was backed up, in the Prometheus text format. Apart from the figures of a process: every
 * process sees the same database, and a sum over processes would count it as often.
 */
export function databaseText({ pending, failed }: Backlog, lastBackupAt: Date | null): Promise<string> {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, counts: Record<string, number>) => {
    const figures = new Gauge({ name, help, labelNames: ['kind'], registers })
    for (const [kind, count] of Object.entries(counts)) figures.set({ kind }, count)
  }
  gauge('bestow_pending', 'Jobs that are not done yet, including those that are not due yet', pending)
  gauge('bestow_failed', 'Permanently failed jobs; see `bestow jobs list --failed`', failed)
  new Gauge({
    name: 'bestow_last_backup_timestamp_seconds',
    help: 'When `bestow backup` or deploy/backup.sh last made a backup; 0: never',
    registers,
  }).set((lastBackupAt?.getTime() ?? 0) / 1_000)
  return registry.metrics()
}
