import { Type } from 'typebox'
import { Id } from '../../platform/http/documents.ts'
import { dryRunParameter } from '../../platform/http/dry-run.ts'
import { showOne } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { readId } from '../../platform/jsonapi/identifiers.ts'
import { singleParameters, singleSchema } from '../../platform/jsonapi/schemas.ts'
import type { Merging } from '../../platform/merging.ts'
import { contacts } from './contacts.resource.ts'
import { describeMerge, mergeContacts } from './merge-contacts.ts'
import { originOf } from './origin-of.ts'

const Merged = Type.Object({
  ...(singleSchema(contacts) as unknown as { properties: Record<string, never> }).properties,
  meta: Type.Object({
    dry_run: Type.Boolean({ description: 'Nothing was written' }),
    merged_contact_id: Type.String(),
    moved: Type.Record(Type.String(), Type.Integer(), { description: 'How many of each kind have moved' }),
    sentences: Type.Array(Type.String(), { description: 'The same in words' }),
  }),
})

/** @param modules what moves: see src/merging.ts */
export const mergeRoute = (modules: Merging[]): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: '/v1/contacts/{id}/merge',
    records: [
      'contact_merged',
      'grant_merged',
      'access_extended',
      'access_changed',
      'contact_updated',
      'tag_added',
      'purchase_deactivated',
      'purchase_reactivated',
    ],
    access: 'manage:contacts',
    refusesUnknown: true,
    summary: 'Merge a contact into this one',
    description:
      'Everything that the contact in the body has moves to the contact of the URL: grants, customer, notes, tags, submissions, e-mails, events, runs and external ids. Its addresses become aliases, and it is deleted. Values that this contact has stay; what it lacks is filled in. Of an offer that both hold, one grant stays, with the earlier start and the later end. If both are customers, the id and the sign-in of this one stay. No welcome e-mail is sent, and no automation is triggered except by `contact_merged`.',
    tag: 'contacts',
    shows: contacts,
    dryRuns: {},
    query: Type.Object({
      ...singleParameters(contacts).properties,
      ...dryRunParameter,
    }),
    body: Type.Object({ data: Type.Object({ type: Type.Literal('contacts'), id: Id }) }),
    responses: { 200: Merged },
    errors: [400, 422],
    async handler(context) {
      const { tx, caller, params, body, isDryRun: dry_run } = context
      const ids = { intoId: params.id!, fromId: readId(body.data.id) }
      const moved = await mergeContacts(tx, caller.siteIds, ids, originOf(context), modules)
      const shown = await showOne(context, contacts, ids.intoId)
      const sentences = describeMerge(moved, ids)
      return {
        body: { ...shown, meta: { dry_run, merged_contact_id: ids.fromId, moved, sentences } },
      }
    },
  })
