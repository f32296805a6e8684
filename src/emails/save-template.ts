/** What creating, changing and deleting a template takes and does, besides its row. */
import { blankAttribute, missingAttribute, type Values } from '../platform/jsonapi/read-attributes.ts'
import type { Writing } from '../platform/records/records.ts'
import { assertWords, customSamples, wordsIn } from './template-attributes.ts'
import type { EmailKind } from './templates/index.ts'

type Template = { id: string; site_id: string; kind: EmailKind }

/**
 * Checks what a request says of a template. Only those of automations have a name; they have no default text.
 *
 * @throws ApiError 422
 */
export async function completeTemplate(
  { name, ...values }: Values,
  template: Template | null,
  { ignore, tx }: Writing,
  siteId: string | null,
): Promise<Values> {
  const kind = template?.kind ?? (values.kind as EmailKind)
  assertWords(kind, wordsIn(values), await customSamples(tx, siteId!))
  if (kind !== 'automation') {
    if (name !== undefined) ignore(['name'])
    return values
  }
  if (name === null) throw blankAttribute('name')
  const all = { name, ...values }
  if (!template) for (const needed of ['name', 'subject', 'body'] as const) assertGiven(all, needed)
  return all
}

function assertGiven(values: Values, name: string): void {
  if (values[name] === undefined) throw missingAttribute(name)
}

/**
 * A kind without a template has its default text. One of an automation is kept, since runs that are active still send
 * it.
 */
export async function removeTemplate({ id, site_id, kind }: Template, { tx }: Writing): Promise<void> {
  if (kind === 'automation') return
  await tx.deleteFrom('email_templates').where('site_id', '=', site_id).where('id', '=', id).execute()
}
