import { Link } from '@tanstack/react-router'
import { type AnyResource, findIncluded, type Identifier } from '../api/documents.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { type TextKey, t, textOr } from '../texts/translate.ts'
import { Moment } from './dates.tsx'

interface EventRow {
  id: string
  attributes: { event: string; occurred_at: string; actor: string; data: unknown }
  relationships: Record<string, { data?: Identifier | null }>
}

interface EventDocument {
  data: EventRow[]
  included?: unknown[]
}

/** Events as sentences, newest first. */
export function EventList({
  document,
  showContact = false,
}: {
  document: EventDocument | undefined
  showContact?: boolean
}) {
  if (!document) return <p className="meta">…</p>
  if (document.data.length === 0) return <p className="meta">{t('events.none')}</p>
  return (
    <ol className="events">
      {document.data.map((event) => (
        <li key={event.id}>
          <Moment at={event.attributes.occurred_at} />
          <div>
            <EventSentence event={event} document={document} />
            {showContact && <ContactOf event={event} document={document} />}
            <span className="meta">{actorSentence(event.attributes.actor)}</span>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** "Granted Watercolour Basics": the event in words, with the title of its offer. */
export function EventSentence({ event, document }: { event: EventRow; document: EventDocument }) {
  const { event: name, data } = event.attributes
  const offer = related(event, 'offer', document)
  const title = String(offer?.attributes.title ?? '')
  return (
    <span className="event-text">
      {textOr(`event.${name}`, name, { offer: title, reason: reasonIn(data) })}{' '}
    </span>
  )
}

/** Why somebody did it, where they had to say so. */
const reasonIn = (data: unknown): string => (data as { reason?: string }).reason ?? ''

export function ContactOf({ event, document }: { event: EventRow; document: EventDocument }) {
  const { subdomain: site } = useCurrentSite()
  const contact = related(event, 'contact', document)
  if (!contact) return null
  return (
    <>
      <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
        {String(contact.attributes.name)}
      </Link>{' '}
    </>
  )
}

function related(event: EventRow, name: string, document: EventDocument): AnyResource | undefined {
  return findIncluded(document, event.relationships[name]?.data)
}

/** Who acted: "api_key:3" is recorded. */
export function actorSentence(actor: string): string {
  const [kind, id = ''] = actor.split(':')
  const key = `actor.${kind}` as TextKey
  return textOr(key, actor, { id })
}
