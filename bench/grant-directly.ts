import type { BenchDatabase } from './database.ts'

/** Grants the offer to a contact. */
export type GrantDirectly = (contactId: number) => Promise<void>

/**
 * One call of the database function for each grant, as a single request makes it: without
 * HTTP, and without batching of concurrent requests in one transaction.
 */
export async function directGrants(
  { app, account, offerId }: BenchDatabase,
  meta: { send_customer_welcome_email?: boolean } = {},
): Promise<GrantDirectly> {
  const { accountId, keyId, familyId, epoch } = (await app.tokens.verifyAccess(account.token))!
  const caller = {
    account_id: accountId,
    permission: 'manage:grants',
    key_id: keyId,
    family_id: familyId,
    epoch,
  }
  const options = { source: 'api', request_id: null, ...meta }
  return async (contactId) => {
    const request = {
      place: 1,
      subject_id: String(contactId),
      offer_ids: [offerId],
      options,
      idempotency: null,
    }
    const values = [caller, 'contacts', 'grant', JSON.stringify([request]), app.clock.now()]
    const { rows } = await app.pool.query<{ granted: object | null }>({ ...STATEMENT, values })
    const [outcome] = rows
    if (!outcome?.granted || Object.keys(outcome.granted).length !== 1)
      throw new Error(`not granted: ${JSON.stringify(outcome)}`)
  }
}

const GRANTS_AT_ONCE = 16

/** Creates contacts and grants the offer to each, with an e-mail only on request. */
export async function grantToMany(
  database: BenchDatabase,
  count: number,
  isWelcomed: boolean,
): Promise<void> {
  await database.contacts.fill(count)
  const { first } = database.contacts.take()
  const grant = await directGrants(database, { send_customer_welcome_email: isWelcomed })
  let granted = 0
  const grantSome = async () => {
    while (granted < count) await grant(first + granted++)
  }
  await Promise.all(Array.from({ length: GRANTS_AT_ONCE }, grantSome))
}

/** As in src/grants/change-offers.ts. */
const STATEMENT = {
  name: 'change_offers',
  text: 'select o.* from unnest(change_offers($1, $2, $3, $4, $5)) o order by o.place',
}
