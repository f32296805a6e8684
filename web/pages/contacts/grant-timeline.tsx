import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type GetGrantTimeline200DataAttributes, getGrantTimeline } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { Panel } from '../../parts/dialog.tsx'
import { hookEventName } from '../../parts/effect-values.ts'
import { actorSentence } from '../../parts/events.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useNames } from '../../parts/resource-names.ts'
import { StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import './grant-timeline.css'

type Timeline = GetGrantTimeline200DataAttributes
type Entry = Timeline['entries'][number]
type Cause = Timeline['causes'][number]
type Email = Entry['emails'][number]
type Delivery = Entry['webhook_deliveries'][number]
type Run = Entry['automation_runs'][number]

/** Why a grant was made, and everything that it has caused, with its state: e-mails, runs with their steps, deliveries. */
export function GrantTimeline({
  grantId,
  title,
  onClose,
}: {
  grantId: string
  title: string
  onClose: () => void
}) {
  const { data, error } = useQuery(
    oneOf('grant_timelines', (id, _params: object | undefined, init) => getGrantTimeline(id, init), grantId),
  )
  const timeline = data?.data.attributes as Timeline | undefined
  const offers = useNames({ offers: timeline?.entries.flatMap(({ offer_id }) => offer_id ?? []) ?? [] })
  return (
    <Panel onClose={onClose} size="lg" title={t('grantTimeline.title', { title })}>
      {error && <Problem error={error} />}
      {timeline && <Causes causes={timeline.causes} />}
      {timeline && (
        <section>
          <h3 className="effects-title">{t('grantTimeline.effects')}</h3>
          <Entries timeline={timeline} causedBy={null} titleOf={(id) => offers('offers', id)} />
          {timeline.truncated.length > 0 && <p className="meta">{t('grantTimeline.truncated')}</p>}
        </section>
      )}
    </Panel>
  )
}

function Causes({ causes }: { causes: Cause[] }) {
  const [recorded, ...earlier] = causes
  if (!recorded) return <p className="meta">{t('grantTimeline.noCause')}</p>
  return (
    <section className="timeline-causes">
      <h3 className="effects-title">{t('grantTimeline.cause')}</h3>
      <ol className="timeline">
        {earlier.reverse().map((cause) => (
          <Item key={cause.event_id} at={cause.at} text={eventName(cause.type)} note={actorOf(cause)} />
        ))}
        <Item
          at={recorded.at}
          text={actorOf(recorded)}
          note={recorded.request_id && `${t('problem.request')} ${recorded.request_id}`}
        />
      </ol>
    </section>
  )
}

const eventName = (type: string) => textOr(`eventName.${type}`, type.replaceAll('_', ' '))

/** By whom, with the name that the API knows. */
function actorOf({ actor: { type, id, name } }: Cause): string {
  const sentence = actorSentence(id === null ? type : `${type}:${id}`)
  return name ? `${sentence} (${name})` : sentence
}

interface EntriesProps {
  timeline: Timeline
  /** The event that caused them; null: those that nothing listed here has caused. */
  causedBy: string | null
  titleOf: (offerId: string) => string
}

function Entries({ timeline, causedBy, titleOf }: EntriesProps) {
  const listed = new Set(timeline.entries.map(({ event_id }) => event_id))
  const entries = timeline.entries.filter(({ caused_by }) =>
    causedBy === null ? caused_by === null || !listed.has(caused_by) : caused_by === causedBy,
  )
  if (entries.length === 0) return null
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <Item
          key={entry.event_id}
          at={entry.at}
          text={textOr(`event.${entry.type}`, eventName(entry.type), {
            offer: entry.offer_id === null ? '' : titleOf(entry.offer_id),
          })}
        >
          <Effects emails={entry.emails} deliveries={entry.webhook_deliveries} />
          {entry.automation_runs.map((run) => (
            <RunItem key={run.id} run={run} />
          ))}
          <Entries timeline={timeline} causedBy={entry.event_id} titleOf={titleOf} />
        </Item>
      ))}
    </ol>
  )
}

function Item({
  at,
  text,
  note,
  children,
}: {
  at: string
  text: ReactNode
  note?: ReactNode
  children?: ReactNode
}) {
  return (
    <li>
      <div className="timeline-line">
        <span className="event-text">{text}</span>
        <span className="meta">
          <Moment at={at} />
        </span>
      </div>
      {note && <span className="meta">{note}</span>}
      {children}
    </li>
  )
}

function RunItem({ run }: { run: Run }) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  return (
    <ul className="timeline">
      <li>
        <div className="timeline-line">
          <Link
            to="/s/$site/automations/$id/runs/$run"
            params={{ site, id: run.automation.id, run: run.id }}
            disabled={!may('view:automations')}
          >
            {t('grantTimeline.run', { name: run.automation.name ?? run.automation.id })}
          </Link>
          <StateOf status={run.status} />
        </div>
        {(run.error ?? run.reason) && (
          <span className="meta">{run.error ?? textOr(`runReason.${run.reason}`, run.reason!)}</span>
        )}
        <ol className="timeline">
          {run.steps.map((step) => (
            <li key={step.position}>
              <div className="timeline-line">
                <span>{textOr(`action.${step.action}`, step.action.replaceAll('_', ' '))}</span>
                <StateOf status={step.state} />
              </div>
              <Effects emails={step.emails} deliveries={step.webhook_deliveries} />
            </li>
          ))}
          {run.due_at && run.ended_at === null && (
            <li>
              <div className="timeline-line">
                <span>{t('grantTimeline.next')}</span>
                <span className="meta">
                  <Moment at={run.due_at} />
                </span>
              </div>
            </li>
          )}
        </ol>
      </li>
    </ul>
  )
}

function Effects({ emails, deliveries }: { emails: Email[]; deliveries: Delivery[] }) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  if (emails.length + deliveries.length === 0) return null
  return (
    <ul className="timeline">
      {emails.map((email) => (
        <li key={`email ${email.id}`}>
          <div className="timeline-line">
            <Link
              to="/s/$site/emails"
              params={{ site }}
              search={{ email: email.id }}
              disabled={!may('view:emails')}
            >
              {t('grantTimeline.email', { kind: textOr(`email.${email.kind}`, email.kind) })}
            </Link>
            <StateOf status={email.status} />
          </div>
        </li>
      ))}
      {deliveries.map((delivery) => (
        <li key={`delivery ${delivery.id}`}>
          <div className="timeline-line">
            <Link
              to="/s/$site/deliveries"
              params={{ site }}
              search={{ delivery: delivery.id }}
              disabled={!may('view:hooks')}
            >
              {t('grantTimeline.delivery', { event: hookEventName(delivery.event) })}
            </Link>
            <StateOf status={delivery.status} />
          </div>
        </li>
      ))}
    </ul>
  )
}
