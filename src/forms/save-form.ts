/** What creating, changing and archiving a form takes and does, besides its row. */
import { sql } from 'kysely'
import type { Tx } from '../platform/db/database.ts'
import { ApiError, unprocessable } from '../platform/jsonapi/errors.ts'
import { invalidAttribute, type Values } from '../platform/jsonapi/read-attributes.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { createRecord, endRecord, updateRecord, type Writing } from '../platform/records/records.ts'
import type { Hook } from '../webhooks/hook-attributes.ts'
import { hookRecords } from '../webhooks/hooks.resource.ts'
import { restoreHook } from '../webhooks/save-hook.ts'
import { completeInputs, DEFAULT_INPUTS, type PartialInput, setInputs } from './inputs.ts'
import { assertLinkedActive } from './set-linked.ts'

interface FormValues {
  default?: boolean
  inputs?: PartialInput[]
  webhook_url?: string | null
}

/**
 * Makes columns of the values of a request. Of a form that exists, fields and webhook change here, too.
 *
 * @throws ApiError 422 that points at the attribute; 403 for a webhook about what the caller may not see
 */
export async function completeForm(
  values: Values,
  form: Row | null,
  writing: Writing,
  siteId: string,
): Promise<Values> {
  const { default: isDefault, inputs, webhook_url, ...columns } = values as Values & FormValues
  if (isDefault) await endOtherDefault(writing, siteId, form?.id ?? '0')
  return {
    ...columns,
    ...(isDefault !== undefined && { is_default: isDefault }),
    ...(form && (await changeParts(writing, form, { inputs, webhook_url }))),
  }
}

/** The fields and the webhook of a new form. */
export async function addParts(form: Row, values: Values, writing: Writing): Promise<void> {
  const { inputs = DEFAULT_INPUTS, webhook_url } = values as FormValues
  await changeInputs(writing, form, inputs)
  if (webhook_url) await setHook(writing, form, await addHook(writing, form, webhook_url))
}

/** @returns the columns that change; the time alone, when a part of the form is not in its row */
async function changeParts(
  writing: Writing,
  form: Row,
  { inputs, webhook_url }: Pick<FormValues, 'inputs' | 'webhook_url'>,
): Promise<Values> {
  const isChanged = inputs !== undefined && (await changeInputs(writing, form, inputs))
  return {
    ...(isChanged && { updated_at: writing.now }),
    ...(webhook_url !== undefined && (await changeWebhook(writing, form, webhook_url))),
  }
}

const changeInputs = async ({ tx, now }: Writing, form: Row, inputs: PartialInput[]): Promise<boolean> =>
  setInputs(tx, form, await completeInputs(tx, form.site_id, inputs), now)

/** The default form of a site changes: of two who make one at the same moment, the second waits for the first. */
const lockDefault = (tx: Tx, siteId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended('default form', ${siteId}::bigint))`.execute(tx)

async function endOtherDefault({ tx, now }: Writing, siteId: string, formId: string): Promise<void> {
  await lockDefault(tx, siteId)
  await tx
    .updateTable('forms')
    .set({ is_default: false, updated_at: now })
    .where('site_id', '=', siteId)
    .where('is_default', '=', true)
    .where('id', '<>', formId)
    .where('archived_at', 'is', null)
    .execute()
}

/**
 * What is restored with a form: the webhook that ended with it, and that it is the default form, unless another one is.
 *
 * @throws ApiError 422 when its offers or tags are archived; 403 when the caller may not do what the form does
 */
export async function prepareRestoring(form: Row, writing: Writing): Promise<void> {
  await assertLinkedActive(form, writing)
  if (form.is_default) await yieldDefault(form, writing)
  await restoreWebhook(form, writing)
}

async function restoreWebhook({ site_id, hook_id }: Row, writing: Writing): Promise<void> {
  if (hook_id !== null) await restoreHook(writing, site_id, hook_id as string)
}

async function yieldDefault({ site_id, id }: Row, { tx, warn }: Writing): Promise<void> {
  await lockDefault(tx, site_id)
  const other = await tx
    .selectFrom('forms')
    .select('title')
    .where('site_id', '=', site_id)
    .where('is_default', '=', true)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  if (!other) return
  warn(`The form "${other.title}" is the default form now; the restored form is not.`)
  await tx
    .updateTable('forms')
    .set({ is_default: false })
    .where('site_id', '=', site_id)
    .where('id', '=', id)
    .execute()
}

/**
 * A form's webhook is a hook that is confined to the form: what hooks promise, it promises.
 *
 * @returns the columns of the form that change
 */
async function changeWebhook(writing: Writing, form: Row, url: string | null): Promise<Values> {
  if (form.archived_at !== null) await restoreWebhook(form, writing)
  const hook = await findHook(writing, form)
  if ((hook?.target_url ?? null) === url) return {}
  if (!hook) {
    if (form.archived_at !== null) throw archivedFirst()
    return { hook_id: await addHook(writing, form, url!) }
  }
  if (url === null) {
    await endRecord(writing, hookRecords, hook.id)
    return { hook_id: null }
  }
  await aboutWebhook(() => updateRecord(writing, hookRecords, hook, { target_url: url, enabled: true }))
  return { updated_at: writing.now }
}

const archivedFirst = () =>
  unprocessable(
    'archived',
    'An archived form gets no new webhook: restore it first, then set webhook_url',
    '/data/attributes/webhook_url',
  )

async function findHook(
  { tx, siteIds }: Pick<Writing, 'tx' | 'siteIds'>,
  { hook_id }: Row,
): Promise<Hook | null> {
  if (hook_id === null) return null
  try {
    return await lockOne<Hook>(tx, hookRecords, siteIds, hook_id as string)
  } catch (error) {
    // It was deleted with a request of its own.
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

/** @returns the id of the hook; its secret is shown this once */
async function addHook(writing: Writing, form: Row, target_url: string): Promise<string> {
  const attributes = { event: 'form_submission', target_url, resource_id: form.id }
  const showOnce = ({ secret }: Values) => writing.showOnce({ webhook_secret: secret })
  const { id } = await aboutWebhook(() =>
    createRecord({ ...writing, showOnce }, hookRecords, { siteId: form.site_id, attributes }),
  )
  return id
}

const setHook = ({ tx }: Writing, { id, site_id }: Row, hook_id: string | null) =>
  tx.updateTable('forms').set({ hook_id }).where('id', '=', id).where('site_id', '=', site_id).execute()

/** What is wrong with the target of the hook is wrong with the attribute of the form. */
async function aboutWebhook<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError) || error.source?.pointer !== '/data/attributes/target_url') throw error
    throw invalidAttribute('webhook_url', error.code, error.message.replace(/^Target url /, ''))
  }
}

/** The webhook of an archived form is deleted, until the form is restored. One that was deleted before is forgotten. */
export async function endWebhook(form: Row, writing: Writing): Promise<void> {
  if (await findHook(writing, form)) await endRecord(writing, hookRecords, form.hook_id as string)
  else if (form.hook_id !== null) await setHook(writing, form, null)
}
