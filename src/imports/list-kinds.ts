import { type Static, Type } from 'typebox'
import { IMPORT_KINDS, type ImportKindName } from '../platform/auth/permissions.ts'
import type { Db } from '../platform/db/database.ts'
import { needsOf } from './import-permissions.ts'
import { importableOf, importKinds } from './kinds.ts'

export const ListedKind = Type.Object({
  kind: Type.Unsafe<ImportKindName>({ type: 'string', enum: IMPORT_KINDS }),
  permissions: Type.Array(Type.String(), { description: 'What importing such a file takes' }),
  has_custom_fields: Type.Boolean({
    description: 'Columns can be custom fields, also such as the site does not have: `new` in a `map`',
  }),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      labels: Type.Array(Type.String(), {
        description: 'Of columns that are recognized; of a custom field, its title',
      }),
      description: Type.String(),
      is_required: Type.Boolean({ description: 'A file needs a column for it' }),
      is_custom: Type.Boolean({ description: 'It is a custom field of the site' }),
    }),
  ),
})

/** What files can be imported on a site, and what their columns can be. */
export const listKinds = (db: Db, siteId: string): Promise<Static<typeof ListedKind>[]> =>
  Promise.all(IMPORT_KINDS.map((name) => listKind(db, name, siteId)))

async function listKind(db: Db, name: ImportKindName, siteId: string): Promise<Static<typeof ListedKind>> {
  const kind = importKinds[name]
  const { fields, customFields } = await importableOf(db, kind, siteId)
  return {
    kind: name,
    permissions: needsOf(kind),
    has_custom_fields: kind.hasCustomFields,
    fields: [
      ...fields.map((field) => ({
        name: field.name,
        labels: [...field.labels],
        description: field.description,
        is_required: field.isRequired ?? false,
        is_custom: false,
      })),
      ...(customFields ?? []).map(({ handle, title }) => ({
        name: handle,
        labels: [title],
        description: `The custom field “${title}”`,
        is_required: false,
        is_custom: true,
      })),
    ],
  }
}
