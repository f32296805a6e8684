import { Type } from 'typebox'
import { crudRoutes } from '../../platform/http/crud-routes.ts'
import type { ShownMeta } from '../../platform/http/resource-routes.ts'
import type { Route } from '../../platform/http/route.ts'
import { countMatches } from '../../platform/jsonapi/load.ts'
import { listCondition } from '../contacts/condition-sql.ts'
import { contacts } from '../contacts/contacts.resource.ts'
import { conditionOf } from '../contacts/filter-object.ts'
import { findArchived } from './find-archived.ts'
import { type Segment, segmentsById } from './find-segments.ts'
import { segmentRecords } from './segments.resource.ts'

const meta: ShownMeta = {
  schema: Type.Object({
    contacts_count: Type.Integer({ description: 'The contacts of the segment at the moment' }),
    archived: Type.Array(
      Type.Object({
        type: Type.String(),
        id: Type.String(),
        pointer: Type.String({ description: 'To where this document names it' }),
      }),
      {
        description:
          'What the filters name that is archived. It means what it means in lists: an archived tag counts as one that no contact has',
        examples: [[]],
      },
    ),
  }),
  // `fields[…]` may have left out the filters of the row.
  async load(db, { site_id: siteId, id }, scope) {
    const [{ filter }] = (await segmentsById(db, siteId, [id])) as [Segment]
    const where = await listCondition(db, siteId, conditionOf(filter), 'r', scope)
    return {
      contacts_count: await countMatches(db, contacts, [{ where }], { ...scope, siteIds: [siteId] }),
      archived: await findArchived(db, siteId, filter),
    }
  },
}

export const segmentRoutes: Route[] = crudRoutes(
  segmentRecords,
  {
    create:
      'The name must be unique (case-insensitive) among the segments of the site that are not archived. `filter` has the filters of `GET /v1/contacts` by their names, without `site_id`; everything it names must exist on the site, and segments must not be archived.',
    update:
      '`filter` is replaced as a whole. Automations and segments that name the segment follow the change.',
    end: 'The segment is no longer listed, and its name can be reused. It must not be named by an enabled automation or by another segment. Lists can still be filtered by its id.',
  },
  { meta },
)
