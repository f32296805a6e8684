import { sql } from 'kysely'
import type { TokenClaims } from '../auth/tokens.ts'
import type { Db, Tx } from '../db/database.ts'
import { ApiError, type ErrorSource } from '../jsonapi/errors.ts'
import type { Access, Caller } from './route.ts'

export const unauthorized = (detail: string) =>
  new ApiError(401, 'unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } })

export const TOKEN_ENDED =
  'The access token is expired, revoked or invalid. Get a new one from POST /v1/oauth/token.'

export const forbidden = (permission: string, source?: ErrorSource) =>
  new ApiError(403, 'forbidden', `The API key or the role of its user lacks the permission ${permission}.`, {
    source,
  })

/**
 * Sees that a caller has all of these permissions.
 *
 * @param permissions the caller's; null: all
 * @param source what in the request takes them
 * @throws ApiError 403 that names the first that is lacking
 */
export function assertMay(
  permissions: string[] | null,
  needs: readonly string[],
  source?: ErrorSource,
): void {
  const lacking = permissions && needs.find((permission) => !permissions.includes(permission))
  if (lacking) throw forbidden(lacking, source)
}

/** Whether a caller has a permission. @param permissions the caller's; null: all */
export const isPermitted = (permissions: string[] | null, permission: string): boolean =>
  permissions?.includes(permission) ?? true

/** The token in an Authorization header. @throws ApiError 401 when there is none */
export function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(header ?? '') ?? []
  if (token) return token
  throw unauthorized(
    header
      ? 'The Authorization header must be "Bearer <access token>".'
      : 'An access token is required. Get one from POST /v1/oauth/token and send it as "Authorization: Bearer <access token>".',
  )
}

/**
 * Authenticates the bearer of a token and checks the permission.
 *
 * @param writing the caller changes something in this transaction: see authenticate.sql
 * @throws ApiError 401, 403
 */
export async function authenticate(
  db: Db | Tx,
  claims: TokenClaims,
  access: Access,
  writing: boolean,
): Promise<Caller> {
  const { rows } = await sql<{ site_ids: string[]; permissions: string[] | null; user_id: string }>`
    select * from authenticate(${claims.accountId}::bigint, ${claims.familyId}::uuid, ${claims.epoch}::integer, ${writing}::boolean)
  `.execute(db)
  const row = rows[0]
  if (!row) throw unauthorized(TOKEN_ENDED)
  if (access !== 'token') assertMay(row.permissions, [access])
  return { ...claims, userId: row.user_id, siteIds: row.site_ids, permissions: row.permissions }
}

/** Who acts, as it stands in `granted_by`, `revoked_by` and events. */
export const actorOf = ({ keyId, userId }: Pick<Caller, 'keyId' | 'userId'>) =>
  keyId ? `api_key:${keyId}` : `user:${userId}`
