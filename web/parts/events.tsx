import { Link } from '@tanstack/react-router'
import { type AnyResource, findIncluded, type Identifier } from '../api/documents.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { t, textOr } from '../texts/translate.ts'
import { Moment } from './dates.tsx'
import { useActorNames, useSubjectNames } from './event-names.ts'

export interface EventRow {
  id: string
  attributes: { event: string; occurred_at: string; actor: string; data: unknown }
  relationships: Record<string, { data?: Identifier | null }>
}

export interface EventDocument {
  data: unknown
  included?: unknown[]
}

interface EventListProps {
  document: { data: EventRow[]; included?: unknown[] } | undefined
  showContact?: boolean
}

/** Events as sentences, newest first. */
export function EventList({ document, showContact = false }: EventListProps) {
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
            <span className="meta">
              <Actor actor={event.attributes.actor} />
            </span>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** "Watercolour Basics granted", "Tag added: VIP": the event in words, with what it is about. */
export function EventSentence({ event, document }: { event: EventRow; document: EventDocument }) {
  const { event: name, data } = event.attributes
  const offer = related(event, 'offer', document)
  const title = String(offer?.attributes.title ?? '')
  const subject = useSubject(data)
  return (
    <span className="event-text">
      {textOr(`event.${name}`, name, { offer: title, reason: reasonIn(data) })}
      {subject === undefined ? ' ' : `: ${subject} `}
    </span>
  )
}

/** The tag or the course that an event is about. */
function useSubject(data: unknown): string | undefined {
  const names = useSubjectNames()
  const { tag_id, course_id } = data as { tag_id?: string; course_id?: string }
  return names.get(`contact_tags:${tag_id}`) ?? names.get(`products:${course_id}`)
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
        {String(contact.attributes.name || contact.attributes.email)}
      </Link>{' '}
    </>
  )
}

function related(event: EventRow, name: string, document: EventDocument): AnyResource | undefined {
  return findIncluded(document, event.relationships[name]?.data)
}

/** "by API key Shop". @param actor as it is recorded: "api_key:3" */
export function Actor({ actor }: { actor: string }) {
  return actorSentence(actor, useActorNames().get(actor))
}

/** Who acted: "api_key:3" is recorded. @param name of the actor, where it is known */
export function actorSentence(actor: string, name?: string): string {
  const [kind, id = ''] = actor.split(':')
  const values = { id, name: name ?? '' }
  return name === undefined
    ? textOr(`actor.${kind}`, actor, values)
    : textOr(`actor.${kind}.named`, actor, values)
}
