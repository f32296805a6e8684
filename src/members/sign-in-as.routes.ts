import { Type } from 'typebox'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { originOf } from '../people/contacts/origin-of.ts'
import { personOf } from '../people/contacts/person-of.ts'
import { Attributes, ignoredAttributes } from '../platform/http/documents.ts'
import { type Route, route } from '../platform/http/route.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { missingAttribute } from '../platform/jsonapi/read-attributes.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { createActingLink } from './sign-in-as.ts'

const LONGEST_REASON = 500

/** `POST /v1/contacts/{id}/sign_in_links` */
export const signInAsRoute: Route = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/contacts/{id}/sign_in_links',
  records: ['sign_in_as_requested'],
  access: 'sign_in_as:members',
  summary: 'Sign in as a member',
  description:
    "Returns a `link` that lets the caller use the members' pages as this contact: it works once, within five minutes, and for ten minutes. Every page then says so; name, e-mail address and password cannot be seen or changed, and it does not count as a visit of the member. The event `sign_in_as_requested` records who asked, and the `reason`. The link is shown only once. Returns 422 for a contact who is not a customer.",
  tag: 'contacts',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('sign_in_links'),
      attributes: Attributes(
        Type.Object({
          reason: Type.String({
            maxLength: LONGEST_REASON,
            description: 'What it is needed for',
            examples: ['She cannot find lesson 3'],
          }),
        }),
      ),
    }),
  }),
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('sign_in_links'),
        id: Type.String({ description: 'Id of the event' }),
        attributes: Type.Object({
          expires_at: Type.String({ format: 'date-time' }),
          link: Type.Optional(
            Type.String({ description: 'Left out when the request is repeated with its `Idempotency-Key`' }),
          ),
        }),
      }),
    }),
  },
  async handler(context) {
    const { app, tx, caller, params, body, ignore } = context
    const { reason: given, ...others } = body.data.attributes
    ignore(ignoredAttributes(others, Object.keys(others)))
    const reason = readReason(given)
    const contact = await lockOne<Contact>(
      tx,
      { ...contactRows, isExclusive: false },
      caller.siteIds,
      params.id!,
    )
    const person = await personOf(tx, contact)
    const { eventId, url, expiresAt } = await createActingLink(app, tx, person, reason, originOf(context))
    const attributes = { expires_at: expiresAt.toISOString() }
    return {
      body: { data: { type: 'sign_in_links', id: eventId, attributes } },
      shownOnce: { link: url },
    }
  },
})

function readReason(given: unknown): string {
  if (given === undefined) throw missingAttribute('reason')
  const reason = typeof given === 'string' ? given.trim() : ''
  if (reason !== '' && [...reason].length <= LONGEST_REASON) return reason
  throw unprocessable(
    'invalid',
    `reason must be a text of at most ${LONGEST_REASON} characters: it is recorded`,
    '/data/attributes/reason',
  )
}
