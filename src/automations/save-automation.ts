/** What creating, changing and deleting an automation takes and does, besides its row. */
import { isDeepStrictEqual } from 'node:util'
import { type Selectable, sql } from 'kysely'
import { checkCondition } from '../people/contacts/check-condition.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Automations } from '../platform/db/types.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import type { Values } from '../platform/jsonapi/read-attributes.ts'
import type { Writing } from '../platform/records/records.ts'
import { assertCanRun } from './assert-can-run.ts'
import { endRunsOfAutomation } from './end-runs.ts'
import { ATTRIBUTES } from './fields.ts'
import { type AutomationValues, type Definition, definitionIn } from './parse-automation.ts'
import { checkReferences } from './references.ts'

type Automation = Selectable<Automations>

/**
 * Checks what a request says of an automation, and makes columns of it. A new one is enabled unless it says otherwise.
 * Another trigger, other conditions or actions of one that is there make a new version, which runs that begin from now
 * on follow.
 *
 * @throws ApiError 422 when it names what is not there, or is enabled where enough are; 403 when the caller may not do
 *   what it does
 */
export function completeAutomation(
  values: Values,
  automation: Automation | null,
  writing: Writing,
  siteId: string,
): Promise<Values> {
  return automation ? completeChanged(values, automation, writing) : completeNew(values, writing, siteId)
}

async function completeNew(values: AutomationValues, writing: Writing, siteId: string): Promise<Values> {
  const { name, enabled = true } = values
  const definition = newDefinition(values)
  assertCanRun(writing, definition, definition)
  if (enabled) await assertUnderLimit(writing.tx, siteId)
  await checkConditions(writing.tx, siteId, definition)
  await checkReferences(writing.tx, siteId, definition, definition)
  return { name, ...switched(enabled, writing.now), ...columnsOf(definition) }
}

/** When it was last enabled stays known: it explains why earlier events did not start it. */
const switched = (enabled: boolean, now: Date) =>
  enabled ? { disabled_at: null, enabled_at: now } : { disabled_at: now }

const newDefinition = (values: AutomationValues) =>
  ({ conditions: null, ...definitionIn(values) }) as Definition

const columnsOf = ({ trigger, resource_id }: Definition) => ({ trigger, resource_id })

/**
 * Checks a definition that is not saved as that of a new automation.
 *
 * @throws ApiError 422, 403 as completeAutomation()
 */
export async function checkDraft(values: Values, writing: Writing, siteId: string): Promise<Definition> {
  await completeNew({ ...values, enabled: false }, writing, siteId)
  return newDefinition(values)
}

export const addFirstVersion = (
  { site_id, id }: Pick<Automation, 'site_id' | 'id'>,
  values: Values,
  { tx, now }: Writing,
): Promise<void> => addVersion(tx, { site_id, id, version: 1 }, newDefinition(values), now)

async function completeChanged(
  values: AutomationValues,
  automation: Automation,
  writing: Writing,
): Promise<Values> {
  const { tx, now } = writing
  const { name, enabled } = values
  const changes = definitionIn(values)
  const before = await definitionOf(tx, automation)
  const definition = { ...before, ...changes }
  if (enabled || Object.keys(changes).length > 0) {
    assertCanRun(writing, definition, changes)
  }
  const isNew = !isDeepStrictEqual(definition, before)
  const isSwitched = enabled !== undefined && enabled !== (automation.disabled_at === null)
  const isReenabled = isSwitched && enabled
  if (isReenabled) await assertUnderLimit(tx, automation.site_id)
  if (isNew) await checkConditions(tx, automation.site_id, changes)
  // What is named may have been archived while the automation was disabled.
  if (isNew || isReenabled)
    await checkReferences(tx, automation.site_id, isReenabled ? definition : changes, changes)
  const version = automation.version + (isNew ? 1 : 0)
  if (isNew) await addVersion(tx, { ...automation, version }, definition, now)
  return {
    name,
    ...(isSwitched && switched(enabled!, now)),
    ...columnsOf(definition),
    version,
  }
}

const checkConditions = async (
  tx: Tx,
  siteId: string,
  { conditions }: Partial<Definition>,
): Promise<void> => {
  if (conditions) await checkCondition(tx, siteId, conditions, [...ATTRIBUTES, 'conditions'])
}

/** Runs that wait end at once. */
export const endRuns = ({ site_id, id }: Automation, { tx, now }: Writing): Promise<void> =>
  endRunsOfAutomation(tx, site_id, id, now)

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

/** The definition that new runs of an automation follow. */
export async function definitionOf(
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
  { site_id, id: automation_id, version }: { site_id: string; id: string; version: number },
  definition: Definition,
  created_at: Date,
): Promise<void> {
  await tx
    .insertInto('automation_versions')
    .values({ site_id, automation_id, version, definition: JSON.stringify(definition), created_at })
    .execute()
}
