import { anyOf, type Tx, violates } from '../platform/db/database.ts'
import { differing } from '../platform/db/differing.ts'
import { notFound, unprocessable } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { assertUnused } from '../platform/references/in-use.ts'
import type { OwnWords } from './template-attributes.ts'
import type { EmailKind } from './templates/index.ts'

interface NewTemplate {
  kind: EmailKind
  name: string | undefined
  words: OwnWords
}

/**
 * Adds a template to a site. Who may use the site, the caller has checked.
 *
 * @returns the id
 * @throws ApiError 422 when the site has one of the kind, and may have one only
 */
export async function createTemplate(
  tx: Tx,
  siteId: string,
  { kind, name, words }: NewTemplate,
  now: Date,
): Promise<string> {
  try {
    const { id } = await tx
      .insertInto('email_templates')
      .values({ site_id: siteId, kind, name, ...words, created_at: now, updated_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  } catch (error) {
    if (!violates(error, 'email_templates_kind')) throw error
    throw unprocessable(
      'taken',
      `The site already has a template of the kind ${kind}`,
      '/data/attributes/kind',
    )
  }
}

export interface KnownTemplate extends OwnWords {
  id: string
  site_id: string
  kind: EmailKind
  name: string | null
}

/**
 * Takes a template for this transaction alone.
 *
 * @param siteIds the caller's
 * @throws ApiError 404
 */
export async function lockTemplate(tx: Tx, siteIds: string[], id: string): Promise<KnownTemplate> {
  const template = isId(id)
    ? await tx
        .selectFrom('email_templates')
        .selectAll()
        .where('id', '=', id)
        .where('site_id', '=', anyOf(siteIds))
        .where('archived_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
    : undefined
  if (!template) throw notFound(`There is no e-mail template with the id ${id}.`)
  return template as KnownTemplate
}

/** Changes what differs, and nothing else. E-mails that are not rendered yet say the new. */
export async function updateTemplate(
  tx: Tx,
  template: KnownTemplate,
  { name, words }: Omit<NewTemplate, 'kind'>,
  now: Date,
): Promise<void> {
  const changes = differing({ ...words, name }, template)
  if (Object.keys(changes).length === 0) return
  await tx
    .updateTable('email_templates')
    .set({ ...changes, updated_at: now })
    .where('site_id', '=', template.site_id)
    .where('id', '=', template.id)
    .execute()
}

/**
 * Takes a template away: its kind says what it says by default. That of an automation is archived, since runs that
 * are active still send it.
 *
 * @throws ApiError 404, or 422 while an enabled automation sends it
 */
export async function deleteTemplate(tx: Tx, siteIds: string[], id: string, now: Date): Promise<void> {
  const { site_id: siteId, kind } = await lockTemplate(tx, siteIds, id)
  if (kind !== 'automation') {
    await tx.deleteFrom('email_templates').where('site_id', '=', siteId).where('id', '=', id).execute()
    return
  }
  await assertUnused(tx, siteId, 'email_templates', id)
  await tx
    .updateTable('email_templates')
    .set({ archived_at: now })
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .execute()
}
