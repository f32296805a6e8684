import type { App } from '../../platform/app.ts'
import type { Db, Tx } from '../../platform/db/database.ts'
import { notFound } from '../../platform/jsonapi/errors.ts'
import { isId } from '../../platform/jsonapi/identifiers.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import { asOperator, createRecord } from '../../platform/records/records.ts'
import { hashSecret, randomSecret } from '../../platform/secrets/secrets.ts'
import { apiKeyRecords } from './api-keys.resource.ts'
import { waitForWrites } from './wait-for-writes.ts'

export interface ApiKey {
  id: string
  name: string
  client_id: string
  /** Null: all. */
  permissions: string[] | null
  created_at: Date
  rotated_at: Date | null
}

/** A key with its secret, which can be shown this once: only its hash is kept. */
export interface FreshApiKey extends ApiKey {
  client_secret: string
}

const COLUMNS = ['id', 'name', 'client_id', 'permissions', 'created_at', 'rotated_at'] as const

/**
 * Makes a key for a user of the account, as the operator of the server.
 *
 * @param wanted the permissions, or null for all
 * @throws ApiError 422 for a blank name or an unknown permission
 */
export async function createApiKey(
  app: App,
  tx: Tx,
  {
    accountId,
    userId,
    name,
    wanted,
    now,
  }: { accountId: string; userId: string; name: string; wanted: string[] | null; now: Date },
): Promise<FreshApiKey> {
  let client_secret = ''
  const writing = {
    ...asOperator(app, tx, accountId, []),
    userId,
    now,
    showOnce: (shown: Values) => {
      client_secret = String(shown.client_secret)
    },
  }
  const attributes = { name, permissions: wanted }
  const { id } = await createRecord(writing, apiKeyRecords, { siteId: null, attributes })
  const key = await tx
    .selectFrom('api_keys')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return { ...key, client_secret }
}

/** The keys of an account that are not deleted, oldest first. */
export async function listApiKeys(tx: Tx, accountId: string): Promise<ApiKey[]> {
  return tx
    .selectFrom('api_keys')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
}

/** The client_id of the oldest key that is not deleted; null when there is none. */
export async function oldestClientId(db: Db | Tx): Promise<string | null> {
  const key = await db
    .selectFrom('api_keys')
    .select('client_id')
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .executeTakeFirst()
  return key?.client_id ?? null
}

/** Whether this is the secret of a key now. */
export async function isSecretOf(db: Db, clientId: string, secret: string): Promise<boolean> {
  const key = await db
    .selectFrom('api_keys')
    .select('secret_hash')
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return key?.secret_hash.equals(hashSecret(secret)) ?? false
}

/**
 * Gives a key a new secret. When this has committed, no token of the old secret can change anything
 * any more, on any node: see authenticate().
 *
 * @throws ApiError 404
 */
export async function rotateApiKey(tx: Tx, accountId: string, id: string, now: Date): Promise<FreshApiKey> {
  const client_secret = randomSecret()
  const change = { secret_hash: hashSecret(client_secret), rotated_at: now }
  return { ...(await endEpoch(tx, accountId, id, change, now)), client_secret }
}

/**
 * Deletes a key, and with it every token of it, as rotating does.
 *
 * @throws ApiError 404
 */
export async function deleteApiKey(tx: Tx, accountId: string, id: string, now: Date): Promise<void> {
  await endEpoch(tx, accountId, id, { deleted_at: now }, now)
}

async function endEpoch(
  tx: Tx,
  accountId: string,
  id: string,
  change: { secret_hash?: Buffer; rotated_at?: Date; deleted_at?: Date },
  now: Date,
): Promise<ApiKey> {
  if (!isId(id)) throw notFound(`There is no key with the id ${id}.`)
  await waitForWrites(tx, id)
  const key = await tx
    .updateTable('api_keys')
    .set((eb) => ({ ...change, updated_at: now, epoch: eb('epoch', '+', 1) }))
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirst()
  if (!key) throw notFound(`There is no key with the id ${id}.`)
  return key
}
