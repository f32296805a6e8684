import { type RawBuilder, sql } from 'kysely'
import { parseSource } from '../../external-ids/external-ids.ts'
import type { Column, ContactFilters } from './contact-filter.ts'

const hasId = (contact: Column, condition: RawBuilder<unknown>) => sql`
  exists (select from contact_external_ids xf
           where xf.site_id = ${contact('site_id')} and xf.contact_id = ${contact('id')} and ${condition})`

/** "shopify:42" is the id 42 of that source, and can be an id without a source too. */
function isId(value: string): RawBuilder<unknown> {
  const [, source, id] = /^([^:]+):(.+)$/s.exec(value) ?? []
  const pairs = [['', value], ...(source ? [[source.toLowerCase(), id!]] : [])]
  const [sources, ids] = [pairs.map(([name]) => name), pairs.map(([, each]) => each)]
  return sql`(xf.source, xf.external_id) in (select * from unnest(${sources}::text[], ${ids}::text[]))`
}

/** Filters by the ids that other systems have for a contact. */
export const idFilters: ContactFilters = {
  external_user_id: {
    description: 'Has this id in another system; with a source as in shopify:42',
    extension: true,
    essential: true,
    build: (value, contact) => ({ where: hasId(contact, isId(value)) }),
  },
  external_user_id_source: {
    description: 'Has an id in the system of this name',
    extension: true,
    essential: true,
    build: (value, contact) => ({ where: hasId(contact, sql`xf.source = ${sourceIn(value)}`) }),
  },
}

function sourceIn(value: string): string {
  const source = parseSource(value)
  if (source === null) throw new Error('is empty; it must be the name of a system, for example shopify')
  return source
}
