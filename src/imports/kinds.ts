/** Table of contents: what can be imported from files. */
import { customFieldsOf } from '../people/custom-fields/find-fields.ts'
import { IMPORT_KINDS, type ImportKindName } from '../platform/auth/permissions.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import type { Importable } from './columns.ts'
import type { ImportKind } from './import-kind.ts'
import { importContacts } from './kinds/contacts/contacts.ts'
import { importFormSubmissions } from './kinds/forms/form-submissions.ts'
import { importSubscriptions } from './kinds/sales/subscriptions.ts'
import { importTransactions } from './kinds/sales/transactions.ts'

export const importKinds: Record<ImportKindName, ImportKind> = {
  contacts: importContacts,
  subscriptions: importSubscriptions,
  transactions: importTransactions,
  form_submissions: importFormSubmissions,
}

/** @throws Error for a kind that this version does not have */
export function kindNamed(name: string): ImportKind {
  if (isKind(name)) return importKinds[name]
  throw new Error(`There is no kind of import "${name}" in this version.`)
}

export const isKind = (name: string): name is ImportKindName =>
  (IMPORT_KINDS as readonly string[]).includes(name)

/** What columns of files of a kind can be imported into on a site. */
export async function importableOf(
  db: Db | Tx,
  { fields, hasCustomFields }: ImportKind,
  siteId: string,
): Promise<Importable> {
  return { fields, customFields: hasCustomFields ? await customFieldsOf(db, [siteId]) : null }
}
