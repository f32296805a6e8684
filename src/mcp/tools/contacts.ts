import { Type } from 'typebox'
import { type Api, type Json, resource } from '../api.ts'
import { Id, lines, type Tool } from '../tool.ts'

const MOST_FOUND = 20
const MOST_ENTRIES = 30

const findContacts: Tool = {
  name: 'find_contacts',
  title: 'Find contacts',
  description: 'Finds contacts by a part of their e-mail or name, former e-mails included. At most 20.',
  input: Type.Object({
    text: Type.String({ minLength: 1, maxLength: 200, description: 'A part of an e-mail or a name' }),
  }),
  permissions: ['view:contacts'],
  effect: 'reads',
  async run({ api }, { text }) {
    const { data, meta } = await api.get('/v1/contacts', {
      'filter[search]': text,
      'fields[contacts]': 'name,email',
      'page[size]': String(MOST_FOUND),
    })
    const found = data.map(({ id, attributes }: Json) =>
      `${id}  ${attributes.email}  ${attributes.name ?? ''}`.trimEnd(),
    )
    const rest = meta.total_count - data.length
    return lines([...found, ...(rest > 0 ? [`… and ${rest} more; use a longer text.`] : [])], 'No contact.')
  },
}

const showContact: Tool = {
  name: 'show_contact',
  title: 'Show a contact',
  description:
    'Shows a contact: tags, and each offer with the reason for access and its end. Ended access is listed too.',
  input: Type.Object({ contact_id: Id('contact') }),
  permissions: ['view:contacts', 'view:grants'],
  effect: 'reads',
  async run({ api }, { contact_id: id }) {
    const [{ data: contact, included = [] }, held, grants] = await Promise.all([
      api.get(`/v1/contacts/${id}`, { include: 'tags' }),
      api.get(`/v1/contacts/${id}/relationships/offers`),
      api.get('/v1/grants', {
        'filter[contact_id]': id,
        include: 'offer',
        sort: '-created_at',
        'page[size]': String(MOST_ENTRIES),
      }),
    ])
    const { email, name, subscribed, created_at } = contact.attributes
    const tags = included.filter(({ type }: Json) => type === 'contact_tags')
    const heldIds: string[] = held.data.map(({ id }: Json) => id)
    const granted = grants.data.map((grant: Json) => accessLine(grant, grants.included ?? [], heldIds))
    const shown = new Set(grants.data.map((grant: Json) => grant.relationships.offer.data.id))
    const bought = heldIds.filter((offer) => !shown.has(offer)).map((offer) => `offer ${offer}: held, bought`)
    return lines(
      [
        `${email}  ${name ?? ''}`.trimEnd(),
        `contact ${id}, since ${day(created_at)}, ${subscribed ? 'subscribed' : 'not subscribed'}`,
        `tags: ${tags.map(({ attributes }: Json) => attributes.name).join(', ') || 'none'}`,
        granted.length + bought.length === 0 ? 'access: none' : 'access:',
        ...granted,
        ...bought,
      ],
      '',
    )
  },
}

function accessLine({ id, attributes, relationships }: Json, included: Json[], held: string[]): string {
  const offerId = relationships.offer.data.id
  const offer = included.find(({ type, id }: Json) => type === 'offers' && id === offerId)
  const { starts_at, expires_at, revoked_at, revoke_reason, source } = attributes
  const isHeld = revoked_at === null && held.includes(offerId)
  const state = revoked_at
    ? `ended ${day(revoked_at)} (${revoke_reason})`
    : isHeld
      ? `held ${expires_at ? `until ${expires_at}` : 'without end'}`
      : `not open: from ${starts_at} to ${expires_at ?? 'no end'}`
  return `offer ${offerId} "${offer?.attributes.title ?? ''}": ${state}; grant ${id} of ${day(attributes.granted_at)} by ${source}`
}

const day = (time: string): string => time.slice(0, 10)

const showTimeline: Tool = {
  name: 'show_timeline',
  title: 'Show a timeline',
  description:
    'Shows what happened, with the e-mails, automation runs and webhooks that followed: of a grant, or the events of a contact, the latest first. At most 30 entries.',
  input: Type.Object({
    contact_id: Type.Optional(Id('contact')),
    grant_id: Type.Optional(Id('grant; one of the two')),
  }),
  permissions: ['view:grants', 'view:events'],
  effect: 'reads',
  async run({ api }, { contact_id, grant_id }) {
    if ((contact_id === undefined) === (grant_id === undefined)) return 'Give either contact_id or grant_id.'
    return grant_id === undefined ? eventsOf(api, contact_id) : timelineOf(api, grant_id)
  },
}

async function eventsOf(api: Api, contactId: string): Promise<string> {
  const { data } = await api.get('/v1/events', {
    'filter[contact_id]': contactId,
    sort: '-id',
    'page[size]': String(MOST_ENTRIES),
  })
  return lines(
    data.map(
      ({ id, attributes }: Json) =>
        `${attributes.occurred_at}  #${id} ${attributes.event} by ${attributes.actor}`,
    ),
    'Nothing is recorded about this contact.',
  )
}

async function timelineOf(api: Api, grantId: string): Promise<string> {
  const { data } = await api.get(`/v1/grants/${grantId}/timeline`)
  const entries = data.attributes.entries
    .slice(0, MOST_ENTRIES)
    .flatMap((entry: Json) => [
      `${entry.at}  #${entry.event_id} ${entry.type} by ${entry.actor?.name ?? entry.actor?.type ?? 'the server'}`,
      ...entry.emails.map(({ id, kind, status }: Json) => `  e-mail ${id} ${kind}: ${status}`),
      ...entry.automation_runs.map(({ id, status }: Json) => `  automation run ${id}: ${status}`),
      ...entry.webhook_deliveries.map(({ id, status }: Json) => `  webhook delivery ${id}: ${status}`),
    ])
  return lines(entries, 'Nothing is recorded about this grant.')
}

const createContact: Tool = {
  name: 'create_contact',
  title: 'Create a contact',
  description: 'Creates a contact. An e-mail that a contact has already is refused.',
  input: Type.Object({
    email: Type.String({ maxLength: 320 }),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    subscribed: Type.Optional(
      Type.Boolean({ description: 'Whether the contact agreed to marketing e-mails' }),
    ),
    site_id: Type.Optional(Id('site; needed when the account has several')),
  }),
  permissions: ['manage:contacts'],
  effect: 'adds',
  async run({ api }, { site_id, ...attributes }) {
    const { data } = await api.request('POST', '/v1/contacts', resource('contacts', attributes, site_id))
    return `Created contact ${data.id}, ${data.attributes.email}.`
  },
}

export const contactTools: Tool[] = [findContacts, showContact, showTimeline, createContact]
