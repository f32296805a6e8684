import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { getEvent, listEvents } from '../../api/generated.ts'
import { listOf, oneOf } from '../../api/queries.ts'
import { Moment } from '../../parts/dates.tsx'
import { Panel } from '../../parts/dialog.tsx'
import { Actor, ContactOf, type EventDocument, type EventRow, EventSentence } from '../../parts/events.tsx'
import { Facts } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import '../../parts/email-frame.css'

/** An event with what has caused it and what followed from it. */
export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const include = 'contact,offer,cause,cause.offer'
  const { data, error } = useQuery(oneOf('events', getEvent, id, { include }))
  const event = data?.data as EventRow | undefined
  return (
    <Panel onClose={onClose} size="lg" title={t('activity.one', { id })}>
      {error && <Problem error={error} />}
      {data && event && (
        <div className="fields">
          <About event={event} document={data} />
          <Effects id={id} />
        </div>
      )}
    </Panel>
  )
}

function About({ event, document }: { event: EventRow; document: EventDocument }) {
  const { occurred_at, actor, data, request_id, address } = event.attributes as EventRow['attributes'] & {
    request_id: string | null
    address: string | null
  }
  const cause = (document.included as EventRow[] | undefined)?.find(
    (each) => each.id === event.relationships.cause?.data?.id && 'event' in each.attributes,
  )
  return (
    <>
      <Facts
        facts={{
          [t('activity.what')]: <EventSentence event={event} document={document} />,
          [t('activity.whom')]: <ContactOf event={event} document={document} />,
          [t('activity.when')]: <Moment at={occurred_at} />,
          [t('activity.who')]: <Actor actor={actor} />,
          [t('activity.where')]: address && <code>{address}</code>,
          [t('activity.request')]: request_id && <code>{request_id}</code>,
          [t('activity.cause')]: cause && <ToEvent event={cause} document={document} />,
        }}
      />
      <section>
        <h2>{t('activity.details')}</h2>
        <pre className="email-source">{JSON.stringify(data, null, 2)}</pre>
      </section>
    </>
  )
}

function Effects({ id }: { id: string }) {
  const params = { 'filter[caused_by]': id, sort: 'id', include: 'offer', 'page[size]': 50 } as const
  const { data } = useQuery(listOf('events', listEvents, params as never))
  if (!data) return null
  return (
    <section>
      <h2>{t('activity.effects')}</h2>
      {data.data.length === 0 && <p className="meta">{t('activity.noEffects')}</p>}
      <ul className="lines">
        {data.data.map((event) => (
          <li key={event.id} className="line">
            <ToEvent event={event} document={data} />
            <span className="meta">
              <Moment at={event.attributes.occurred_at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ToEvent({ event, document }: { event: EventRow; document: EventDocument }) {
  const { search } = useAddress()
  return (
    <Link to="." search={{ ...search, event: event.id }}>
      <EventSentence event={event} document={document} />
    </Link>
  )
}
