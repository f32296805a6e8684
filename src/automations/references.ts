import { type RawBuilder, sql } from 'kysely'
import { referencesOf } from '../contacts/conditions.ts'
import type { Tx } from '../db/database.ts'
import { unprocessable } from '../jsonapi/errors.ts'
import { exists } from '../jsonapi/load.ts'
import { resourceOf } from '../jsonapi/resource.ts'
import { ACTIONS, type Action } from './actions.ts'
import { type Member, pointerTo, type ReferenceType } from './members.ts'
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

/**
 * Sees that everything that a definition names is there on the site.
 *
 * @throws ApiError 422 that points at the id
 */
export async function checkReferences(
  tx: Tx,
  siteId: string,
  { trigger, resource_id, conditions, actions = [] }: Partial<Definition>,
): Promise<void> {
  const confinedTo = trigger && TRIGGERS[trigger]
  if (confinedTo && resource_id) {
    await assertFound(tx, siteId, confinedTo, resource_id, '/data/attributes/trigger/resource_id')
  }
  const scope = { siteIds: [siteId], now: new Date(0), baseUrl: '' }
  for (const { type, id, pointer } of conditions
    ? referencesOf(conditions, ['data', 'attributes', 'conditions'])
    : []) {
    const resource = resourceOf(type)
    if (!(await exists(tx, resource, id, scope))) throw missing(resource.singular, id, pointer)
  }
  for (const [index, action] of actions.entries()) {
    for (const { type, id, name } of namedBy(action)) {
      const pointer = pointerTo(['data', 'attributes', 'actions', index, name])
      await assertFound(tx, siteId, type, id, pointer)
    }
  }
}

const namedBy = (action: Action) =>
  Object.entries(ACTIONS[action.action] as Record<string, Member>).flatMap(([name, { refersTo }]) =>
    refersTo ? [{ type: refersTo, id: (action as unknown as Record<string, string>)[name]!, name }] : [],
  )

async function assertFound(
  tx: Tx,
  siteId: string,
  type: ReferenceType,
  id: string,
  pointer: string,
): Promise<void> {
  const { named, rows } = FOUND[type]
  const found = await sql`select from ${rows} and r.id = ${id} and r.site_id = ${siteId}`.execute(tx)
  if (found.rows.length === 0) throw missing(named, id, pointer)
}

const missing = (named: string, id: string, pointer: string) =>
  unprocessable('not_found', `There is no ${named} with the id ${id} on the site.`, pointer)
