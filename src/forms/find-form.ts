import type { Selectable } from 'kysely'
import { type CustomField, customFieldsOf } from '../people/custom-fields/find-fields.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import type { Forms } from '../platform/db/types.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { type Language, languageOf } from '../platform/text/languages.ts'
import {
  isStandard,
  STANDARD_HANDLES,
  type StandardHandle,
  standardField,
  titleOf,
} from './standard-fields.ts'

export type Form = Selectable<Forms>

/** One that is archived takes no submissions. */
export const isClosed = ({ archived_at }: Form): boolean => archived_at !== null

/** A field of a form. */
export interface FormField {
  /** The attribute of contacts that it sets. */
  handle: string
  title: string
  /** As Kajabi names it: `TextField`, `SelectBoxField`. */
  type: string
  required: boolean
  /** Of a type that has a list to choose from. */
  options: string[]
  /** Null: an attribute that every contact has. */
  custom: CustomField | null
  /** For browsers that fill in forms; null: nothing that they know. */
  autocomplete: string | null
}

/** A form of a site by its id, also one that is archived; null when there is none. */
export async function findForm(db: Db | Tx, siteId: string, id: string): Promise<Form | null> {
  if (!isId(id)) return null
  const form = await db
    .selectFrom('forms')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .executeTakeFirst()
  return form ?? null
}

/** The site of the only form with this id, archived or not; null when several sites have one, or none. */
export async function findSiteOfForm(db: Db, id: string): Promise<string | null> {
  if (!isId(id)) return null
  const forms = await db.selectFrom('forms').select('site_id').where('id', '=', id).limit(2).execute()
  return forms.length === 1 ? forms[0]!.site_id : null
}

/**
 * The fields of a form, in their order, without custom fields that are archived.
 *
 * @param language of the titles of standard fields; null: the default
 */
export async function findFields(
  db: Db | Tx,
  { site_id, id }: Pick<Form, 'site_id' | 'id'>,
  language: Language | null = null,
): Promise<FormField[]> {
  const rows = await db
    .selectFrom('form_fields')
    .select(['handle', 'required'])
    .where('site_id', '=', site_id)
    .where('form_id', '=', id)
    .orderBy('position')
    .execute()
  const customFields = rows.every(({ handle }) => isStandard(handle))
    ? []
    : await customFieldsOf(db, [site_id])
  return rows.flatMap(({ handle, required }) => {
    const custom = customFields.find((field) => field.handle === handle)
    if (isStandard(handle)) return [{ ...standard(handle, language), required }]
    return custom ? [{ ...customized(custom), required }] : []
  })
}

/** Every field that a caller of the API can submit: those that the form asks for, and all others. */
export async function submittableFields(db: Db | Tx, form: Form): Promise<FormField[]> {
  const asked = await findFields(db, form)
  const all = [
    ...STANDARD_HANDLES.map((handle) => standard(handle, null)),
    ...(await customFieldsOf(db, [form.site_id])).map(customized),
  ]
  return [...asked, ...all.filter(({ handle }) => !asked.some((field) => field.handle === handle))]
}

const standard = (handle: StandardHandle, language: Language | null): FormField => ({
  handle,
  title: titleOf(handle, languageOf(language)),
  required: false,
  options: [],
  custom: null,
  ...standardField(handle),
})

const customized = (custom: CustomField): FormField => ({
  handle: custom.handle,
  title: custom.title,
  type: custom.type,
  required: false,
  options: custom.options,
  custom,
  autocomplete: null,
})
