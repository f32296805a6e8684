import type { Tx } from '../../platform/db/database.ts'

/** Notes the language of a customer who has not been here yet: e-mails to them are written in it. One that is known stays. */
export async function noteLanguage(
  tx: Tx,
  siteId: string,
  customerId: string,
  language: string | null,
): Promise<void> {
  await tx
    .updateTable('customers')
    .set({ language })
    .where('site_id', '=', siteId)
    .where('id', '=', customerId)
    .where('language', 'is', null)
    .execute()
}
