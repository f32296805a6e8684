import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { differing } from '../platform/db/differing.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { endRunsOfAutomation } from './end-runs.ts'
import type { AutomationChanges, Definition, NewAutomation } from './parse-automation.ts'
import { checkReferences } from './references.ts'

/**
 * Adds an automation to a site, enabled unless it says otherwise. Who may use the site, the caller has checked.
 *
 * @returns the id
 * @throws ApiError 422 when it names what is not there, or the site has enough that are enabled
 */
export async function createAutomation(
  tx: Tx,
  siteId: string,
  { name, enabled = true, definition }: NewAutomation,
  now: Date,
): Promise<string> {
  if (enabled) await assertUnderLimit(tx, siteId)
  await checkReferences(tx, siteId, definition, definition)
  const { id } = await tx
    .insertInto('automations')
    .values({
      site_id: siteId,
      name,
      trigger: definition.trigger,
      resource_id: definition.resource_id,
      created_at: now,
      updated_at: now,
      disabled_at: enabled ? null : now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await addVersion(tx, siteId, id, 1, definition, now)
  return id
}

/**
 * Changes an automation. Another trigger, other conditions or actions make a new version, which runs that begin
 * from now on follow. Current values change nothing.
 *
 * @returns its definition afterwards
 * @throws ApiError 422 when it names what is not there, or is enabled where enough are
 */
export async function changeAutomation(
  tx: Tx,
  automation: LockedAutomation,
  { name, enabled, definition: changes }: AutomationChanges,
  now: Date,
): Promise<Definition> {
  const { id, site_id: siteId } = automation
  const before = await definitionOf(tx, automation)
  const definition = { ...before, ...changes }
  const isNew = !isDeepStrictEqual(definition, before)
  const isEnabled = automation.disabled_at === null
  const rest = differing({ name, enabled }, { name: automation.name, enabled: isEnabled })
  if (!isNew && Object.keys(rest).length === 0) return definition
  const version = automation.version + (isNew ? 1 : 0)
  const isReenabled = rest.enabled === true
  if (isReenabled) await assertUnderLimit(tx, siteId)
  // What is named may have been archived while the automation was disabled.
  if (isNew || isReenabled) await checkReferences(tx, siteId, isReenabled ? definition : changes, changes)
  if (isNew) {
    await addVersion(tx, siteId, id, version, definition, now)
  }
  await tx
    .updateTable('automations')
    .set({
      ...(rest.name !== undefined && { name: rest.name }),
      ...(rest.enabled !== undefined && { disabled_at: rest.enabled ? null : now }),
      trigger: definition.trigger,
      resource_id: definition.resource_id,
      version,
      updated_at: now,
    })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
  return definition
}

/**
 * Deletes an automation; runs that wait end at once.
 *
 * @param siteIds the caller's
 * @throws ApiError 404
 */
export async function deleteAutomation(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const { site_id } = await lockAutomation(tx, siteIds, id)
  await tx
    .updateTable('automations')
    .set({ deleted_at: now, updated_at: now })
    .where('id', '=', id)
    .where('site_id', '=', site_id)
    .execute()
  await endRunsOfAutomation(tx, site_id, id, now)
}

/** Each event of a site is looked at for each of them. */
const MOST_ENABLED = 200

async function assertUnderLimit(tx: Tx, siteId: string): Promise<void> {
  // As the index automations_list has it.
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from automations
     where site_id = ${siteId} and created_at > '-infinity' and deleted_at is null
       and disabled_at is null`.execute(tx)
  if (rows[0]!.count < MOST_ENABLED) return
  const sentence = `A site has at most ${MOST_ENABLED} automations enabled. Disable or delete one first.`
  throw unprocessable('too_many_automations', sentence, '/data')
}

export type LockedAutomation = Awaited<ReturnType<typeof lockAutomation>>

/** Locks an automation for this transaction. @throws ApiError 404 */
export async function lockAutomation(tx: Tx, siteIds: string[], id: string) {
  const automation = isId(id)
    ? await tx
        .selectFrom('automations')
        .select(['id', 'site_id', 'name', 'version', 'disabled_at'])
        .where('id', '=', id)
        .where('site_id', '=', anyOf(siteIds))
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
    : undefined
  if (!automation) throw notFound(`There is no automation with the id ${id}.`)
  return automation
}

async function definitionOf(
  tx: Tx,
  { id, site_id, version }: { id: string; site_id: string; version: number },
): Promise<Definition> {
  const { definition } = await tx
    .selectFrom('automation_versions')
    .select('definition')
    .where('automation_id', '=', id)
    .where('version', '=', version)
    .where('site_id', '=', site_id)
    .executeTakeFirstOrThrow()
  return definition as unknown as Definition
}

async function addVersion(
  tx: Tx,
  siteId: string,
  automationId: string,
  version: number,
  definition: Definition,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('automation_versions')
    .values({
      site_id: siteId,
      automation_id: automationId,
      version,
      definition: JSON.stringify(definition),
      created_at: now,
    })
    .execute()
}
