import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { exportContact } from './export-contact.ts'

/**
 * `GET /v1/contacts/{id}/export`
 *
 * @param modules what is kept about a contact: see src/personal-data.ts
 */
export const exportRoute = (modules: PersonalData[]): Route =>
  route({
    kind: 'read',
    method: 'GET',
    url: '/v1/contacts/{id}/export',
    access: 'export:contacts',
    needsRecentSignIn: true,
    summary: 'Export everything that is kept about a contact',
    description:
      'What deleting the contact would erase, and the records that would remain: profile, aliases, tags, notes, grants, e-mails with their texts, submissions, events, deliveries, runs. Responses that are kept for an `Idempotency-Key` (24 hours) are not part of it.',
    tag: 'contacts',
    responses: {
      200: Type.Object({
        data: Type.Object({
          type: Type.Literal('contact_exports'),
          id: Type.String({ description: 'Id of the contact' }),
          attributes: Type.Record(Type.String(), Type.Unknown(), {
            description: 'By what is kept; each is an object, or a list of them',
          }),
        }),
      }),
    },
    async handler({ app, caller, params }) {
      const id = params.id!
      const attributes = await exportContact(app, caller.siteIds, id, modules)
      return { body: { data: { type: 'contact_exports', id, attributes } } }
    },
  })
