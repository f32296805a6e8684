import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'

export interface Metrics {
  /** @param milliseconds until the answer was sent */
  observeRequest: (method: string, route: string, status: number, milliseconds: number) => void
  /** Offers granted by this process, a grant each. */
  grants: Counter<string>
  /** E-mails by what became of them. */
  emails: Counter<string>
  /** Sets what is read from the database when metrics are asked for. */
  setBacklog: (backlog: { undispatchedEvents: number; pendingEmails: number }) => void
  /** The Prometheus text format. */
  text: () => Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'bestow_http_request_seconds',
    help: 'Time until a request was answered',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const undispatched = new Gauge({
    name: 'bestow_undispatched_events',
    help: 'Events that nobody has reacted to yet',
    registers,
  })
  const pending = new Gauge({
    name: 'bestow_pending_emails',
    help: 'E-mails that are not sent yet',
    registers,
  })
  return {
    observeRequest: (method, route, status, milliseconds) =>
      requests.observe({ method, route, status: String(status) }, milliseconds / 1000),
    grants: new Counter({ name: 'bestow_grants_total', help: 'Offers granted', registers }),
    emails: new Counter({
      name: 'bestow_emails_total',
      help: 'E-mails by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    setBacklog({ undispatchedEvents, pendingEmails }) {
      undispatched.set(undispatchedEvents)
      pending.set(pendingEmails)
    },
    text: () => registry.metrics(),
  }
}
