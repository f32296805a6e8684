/** What creating and changing a key takes: nobody gives, or controls, what they may not do themselves. */
import { randomBytes } from 'node:crypto'
import { assertMay } from '../../platform/http/authenticate.ts'
import { ApiError } from '../../platform/jsonapi/errors.ts'
import type { Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { hashSecret, randomSecret } from '../../platform/secrets/secrets.ts'
import { assertPermissions } from '../assert-permissions.ts'
import { intersection, lackOf, powerOfCaller, powerOfUser } from '../power.ts'
import { waitForWrites } from './wait-for-writes.ts'

export interface KeyRow extends Row {
  user_id: string
  permissions: string[] | null
}

const POINTER = '/data/attributes/permissions'

/**
 * Checks what a request says of a key. A new one belongs to the caller's user, and its secret is shown once.
 *
 * @throws ApiError 403 for what the caller may not do, 422 for an unknown permission
 */
export async function completeKey(values: Values, key: KeyRow | null, writing: Writing): Promise<Values> {
  if (key) await assertControls(writing, key)
  const userId = key?.user_id ?? writing.userId!
  if (values.permissions !== undefined)
    await assertGives(writing, userId, values.permissions as string[] | null)
  if (key) return values
  const client_secret = randomSecret()
  writing.showOnce({ client_secret })
  return {
    ...values,
    user_id: userId,
    // No letter that a command line could take for an option.
    client_id: randomBytes(12).toString('hex'),
    secret_hash: hashSecret(client_secret),
  }
}

/**
 * Who can rotate a key learns its secret, and whose key it is may depend on it: the caller may do all that it may.
 *
 * @throws ApiError 403
 */
export async function assertControls(writing: Writing, { id, user_id, permissions }: KeyRow): Promise<void> {
  const user = await powerOfUser(writing.tx, writing.accountId, user_id)
  const power = {
    permissions: intersection(permissions, user.permissions),
    isOwner: user.isOwner && permissions === null,
  }
  const lack = lackOf(await powerOfCaller(writing), power)
  if (lack)
    throw new ApiError(403, 'forbidden', `The key ${id} has ${lack}, which the caller lacks; leave it alone.`)
}

/** @throws ApiError 403 */
export async function prepareEnd(key: KeyRow, writing: Writing): Promise<void> {
  await assertControls(writing, key)
  await waitForWrites(writing.tx, key.id)
}

async function assertGives(writing: Writing, userId: string, permissions: string[] | null): Promise<void> {
  if (permissions === null) return assertGivesAll(writing, userId)
  assertPermissions(writing.app.resources, permissions)
  assertMay(writing.permissions, permissions, { pointer: POINTER })
}

/** A key with all permissions may do what the role of its user permits, now and later. */
async function assertGivesAll(writing: Writing, userId: string): Promise<void> {
  const power = await powerOfUser(writing.tx, writing.accountId, userId)
  const isLimited = (await permissionsOfKey(writing)) !== null
  const lack = isLimited ? 'all permissions' : lackOf(await powerOfCaller(writing), power)
  if (lack === null) return
  throw new ApiError(
    403,
    'forbidden',
    `The key would have ${lack}, which the caller lacks. List its permissions.`,
    {
      source: { pointer: POINTER },
    },
  )
}

/** Of the key that sends the request. Null: all, or there is none. */
async function permissionsOfKey({
  tx,
  accountId,
  keyId,
}: Pick<Writing, 'tx' | 'accountId' | 'keyId'>): Promise<string[] | null> {
  if (keyId === null) return null
  const { permissions } = await tx
    .selectFrom('api_keys')
    .select('permissions')
    .where('id', '=', keyId)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  return permissions
}
