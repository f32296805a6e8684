import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { notFound } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { hashSecret, randomSecret } from '../platform/secrets/secrets.ts'
import { assertPermissions } from './assert-permissions.ts'
import { requiredName } from './required-name.ts'

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
 * Makes a key for a user of the account.
 *
 * @param wanted the permissions, or null for all
 * @throws ApiError 422 for a blank name or an unknown permission
 */
export async function createApiKey(
  { resources }: Pick<App, 'resources'>,
  tx: Tx,
  {
    accountId,
    userId,
    name,
    wanted,
    now,
  }: { accountId: string; userId: string; name: string; wanted: string[] | null; now: Date },
): Promise<FreshApiKey> {
  const readableName = requiredName(name)
  if (wanted) assertPermissions(resources, wanted)
  const client_secret = randomSecret()
  const key = await tx
    .insertInto('api_keys')
    .values({
      account_id: accountId,
      user_id: userId,
      name: readableName,
      // No letter that a command line could take for an option.
      client_id: randomBytes(12).toString('hex'),
      secret_hash: hashSecret(client_secret),
      permissions: wanted,
      created_at: now,
    })
    .returning(COLUMNS)
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

/**
 * Gives a key a new secret. When this has committed, no token of the old secret can change anything
 * any more, on any node: see authenticate().
 *
 * @throws ApiError 404
 */
export async function rotateApiKey(tx: Tx, accountId: string, id: string, now: Date): Promise<FreshApiKey> {
  const client_secret = randomSecret()
  const change = { secret_hash: hashSecret(client_secret), rotated_at: now }
  return { ...(await endEpoch(tx, accountId, id, change)), client_secret }
}

/**
 * Deletes a key, and with it every token of it, as rotating does.
 *
 * @throws ApiError 404
 */
export async function deleteApiKey(tx: Tx, accountId: string, id: string, now: Date): Promise<void> {
  await endEpoch(tx, accountId, id, { deleted_at: now })
}

async function endEpoch(
  tx: Tx,
  accountId: string,
  id: string,
  change: { secret_hash?: Buffer; rotated_at?: Date; deleted_at?: Date },
): Promise<ApiKey> {
  if (!isId(id)) throw notFound(`There is no key with the id ${id}.`)
  // Waits for what the key is writing now, and makes what comes after wait for the new epoch.
  await sql`select pg_advisory_xact_lock(api_key_lock(${id}::bigint))`.execute(tx)
  const key = await tx
    .updateTable('api_keys')
    .set((eb) => ({ ...change, epoch: eb('epoch', '+', 1) }))
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .returning(COLUMNS)
    .executeTakeFirst()
  if (!key) throw notFound(`There is no key with the id ${id}.`)
  return key
}
