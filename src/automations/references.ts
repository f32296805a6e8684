import { type RawBuilder, sql } from 'kysely'
import { type Condition, referencesOf } from '../contacts/conditions.ts'
import { anyOf, type Tx } from '../db/database.ts'
import { jsonPointer, type Path, unprocessable } from '../jsonapi/errors.ts'
import { exists } from '../jsonapi/load.ts'
import { resourceOf } from '../jsonapi/resource.ts'
import { ACTIONS } from './actions.ts'
import { ATTRIBUTES, type Member, type ReferenceType } from './members.ts'
import type { Definition } from './parse-automation.ts'
import { TRIGGERS } from './triggers.ts'

/** Where each is found, and which of them an automation can do something with. */
const FOUND: Record<ReferenceType, { named: string; rows: RawBuilder<unknown> }> = {
  offers: { named: 'offer', rows: sql`offers r where true` },
  grantable_offers: { named: 'offer that can be granted', rows: sql`offers r where r.archived_at is null` },
  contact_tags: { named: 'contact tag', rows: sql`contact_tags r where r.archived_at is null` },
  email_templates: {
    named: 'e-mail template for automations',
    rows: sql`email_templates r where r.kind = 'automation' and r.archived_at is null`,
  },
  hooks: {
    named: 'hook for the event automation',
    rows: sql`hooks r where r.event = 'automation' and r.deleted_at is null`,
  },
}

interface Reference {
  type: ReferenceType
  id: string
  path: Path
}

/**
 * Sees that everything that a definition names is there on the site.
 *
 * @throws ApiError 422 that points at the id
 */
export async function checkReferences(
  tx: Tx,
  siteId: string,
  definition: Partial<Definition>,
): Promise<void> {
  for (const [type, references] of Map.groupBy(namedBy(definition), (reference) => reference.type)) {
    const { named, rows } = FOUND[type]
    const ids = references.map(({ id }) => id)
    const found = await sql<{ id: string }>`
      select r.id from ${rows} and r.id = ${anyOf(ids)} and r.site_id = ${siteId}`.execute(tx)
    const absent = references.find(({ id }) => !found.rows.some((row) => row.id === id))
    if (absent) throw missing(named, absent.id, jsonPointer(absent.path))
  }
  if (definition.conditions) await checkConditions(tx, siteId, definition.conditions)
}

function namedBy({ trigger, resource_id, actions = [] }: Partial<Definition>): Reference[] {
  const confinedTo = trigger && TRIGGERS[trigger]
  const ofActions = actions.flatMap((action, index) =>
    Object.entries(ACTIONS[action.action] as Record<string, Member>).flatMap(([name, { refersTo: type }]) => {
      const id = (action as unknown as Record<string, string>)[name]!
      return type ? [{ type, id, path: [...ATTRIBUTES, 'actions', index, name] }] : []
    }),
  )
  if (!confinedTo || !resource_id) return ofActions
  return [
    { type: confinedTo, id: resource_id, path: [...ATTRIBUTES, 'trigger', 'resource_id'] },
    ...ofActions,
  ]
}

async function checkConditions(tx: Tx, siteId: string, conditions: Condition): Promise<void> {
  const scope = { siteIds: [siteId], now: new Date(0), baseUrl: '' }
  for (const { type, id, pointer } of referencesOf(conditions, [...ATTRIBUTES, 'conditions'])) {
    const resource = resourceOf(type)
    if (!(await exists(tx, resource, id, scope))) throw missing(resource.singular, id, pointer)
  }
}

const missing = (named: string, id: string, pointer: string) =>
  unprocessable('not_found', `There is no ${named} with the id ${id} on the site.`, pointer)
