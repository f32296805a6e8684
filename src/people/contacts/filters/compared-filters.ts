import { type RawBuilder, sql } from 'kysely'
import { comparisons } from '../../../platform/jsonapi/operators.ts'
import type { Kind } from '../../../platform/jsonapi/resource.ts'
import { mapValues } from '../../../platform/jsonapi/schemas.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

interface Compared {
  kind: Kind
  nullable?: boolean
  select: (contact: Column) => RawBuilder<unknown>
}

const COMPARED: Record<string, Compared> = {
  external_user_id: {
    kind: 'text',
    nullable: true,
    select: (contact) => sql`(
      select xf.external_id from contact_external_ids xf
       where xf.site_id = ${contact('site_id')} and xf.contact_id = ${contact('id')} and xf.position = 0)`,
  },
  created_at: { kind: 'time', select: (contact) => contact('created_at') },
  updated_at: { kind: 'time', select: (contact) => contact('updated_at') },
  id: { kind: 'id', select: (contact) => contact('id') },
}

const comparing = (name: string, { kind, nullable, select }: Compared): ContactFilters =>
  mapValues(comparisons(name, sql``, kind, { nullable }), ({ description, extension }, filter) => ({
    description,
    extension,
    takes: filter.endsWith('_null') ? 'flag' : kind === 'time' ? 'time' : 'text',
    build: (value, contact, scope) =>
      comparisons(name, select(contact), kind, { nullable })[filter]!.build(value, scope),
  }))

/** The comparisons that lists of contacts have for being a resource, as filters that conditions have too. */
export const comparedFilters: ContactFilters = Object.assign(
  {},
  ...Object.entries(COMPARED).map(([name, compared]) => comparing(name, compared)),
)
