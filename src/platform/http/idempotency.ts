import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { TokenClaims } from '../auth/tokens.ts'
import type { Tx } from '../db/database.ts'
import { ApiError, badRequest } from '../jsonapi/errors.ts'
import type { Answer, IdempotencyKey, SignedContext, WriteContext } from './route.ts'

const HEADER = { header: 'Idempotency-Key' }

/**
 * Whose Idempotency-Keys a request uses: one API key never gets what another one was answered. Users share theirs, and
 * each is answered only what their role permits.
 */
export const keyOwner = ({ keyId }: Pick<TokenClaims, 'keyId'>): string =>
  keyId === null ? 'users' : `api_key:${keyId}`

/** Reads the header of a request; null without one. @throws ApiError 400 for a blank or overlong key */
export function idempotencyKey(
  header: string | string[] | undefined,
  request: { caller: string; method: string; route: string; address: string; body: unknown },
): IdempotencyKey | null {
  if (header === undefined || request.method === 'GET') return null
  const key = String(header)
  if (key.trim() === '' || key.length > 255) {
    throw badRequest('invalid_idempotency_key', 'An Idempotency-Key is 1 to 255 characters long.', HEADER)
  }
  const said = JSON.stringify([request.address, request.body ?? null])
  return {
    caller: request.caller,
    route: `${request.method} ${request.route}`,
    key,
    request_hash: createHash('sha256').update(said).digest('hex'),
  }
}

export const otherRequest = () =>
  new ApiError(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key was already used for a different request. Use a new key for each request.',
    { source: HEADER },
  )

export const stillRunning = () =>
  new ApiError(
    409,
    'idempotency_key_in_use',
    'The first request with this Idempotency-Key is still running. Try again.',
    {
      source: HEADER,
      headers: { 'retry-after': '1' },
    },
  )

/** lock_not_available: see claim_idempotency_keys.sql. */
export const isStillRunning = (error: unknown) => (error as { code?: string }).code === '55P03'

export const REPLAYED = { 'idempotent-replayed': 'true' }

/**
 * Runs `work` at most once for a key, in the transaction that also keeps its answer.
 *
 * @throws ApiError 422 when the key belongs to another request
 */
export async function once(
  tx: Tx,
  accountId: string,
  idempotency: IdempotencyKey | null,
  now: Date,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (!idempotency) return work()
  const { rows } = await sql<{ state: 'claimed' | 'replay' | 'mismatch'; outcome: Answer }>`
    select state, outcome
      from claim_idempotency_keys(${accountId}::bigint, ${JSON.stringify([idempotency])}::jsonb, ${now}::timestamptz)
  `.execute(tx)
  const { state, outcome } = rows[0]!
  if (state === 'mismatch') throw otherRequest()
  if (state === 'replay') return { ...outcome, headers: { ...outcome.headers, ...REPLAYED } }
  const answer = await work()
  const { shownOnce: _, ...kept } = answer
  await sql`
    select keep_outcome(${accountId}::bigint, ${JSON.stringify(idempotency)}::jsonb, ${JSON.stringify(kept)}::jsonb)
  `.execute(tx)
  return answer
}

/**
 * The same for several requests of one caller to one route, no key twice: `work` is given those that are done for the
 * first time. A key whose request is refused is free again.
 */
export async function onceEach<Context extends SignedContext & WriteContext>(
  tx: Tx,
  contexts: Context[],
  work: (contexts: Context[]) => Promise<(Answer | ApiError)[]>,
): Promise<(Answer | ApiError)[]> {
  const keyed = contexts.filter(({ idempotency }) => idempotency)
  if (keyed.length === 0) return work(contexts)
  const { caller, scope } = contexts[0]!
  const claims = JSON.stringify(keyed.map(({ idempotency }) => idempotency))
  const { rows } = await sql<{ place: string; state: 'claimed' | 'replay' | 'mismatch'; outcome: Answer }>`
    select place, state, outcome
      from claim_idempotency_keys(${caller.accountId}::bigint, ${claims}::jsonb, ${scope.now}::timestamptz)`.execute(
    tx,
  )
  const known = new Map<Context, Answer | ApiError>()
  for (const { place, state, outcome } of rows) {
    const context = keyed[Number(place) - 1]!
    if (state === 'mismatch') known.set(context, otherRequest())
    if (state === 'replay') known.set(context, { ...outcome, headers: { ...outcome.headers, ...REPLAYED } })
  }
  const first = contexts.filter((context) => !known.has(context))
  const results = first.length === 0 ? [] : await work(first)
  const kept = first.flatMap(({ idempotency: claim }, index) => {
    const result = results[index]!
    return claim ? [{ claim, outcome: result instanceof ApiError ? null : result }] : []
  })
  await sql`
    select keep_outcome(${caller.accountId}::bigint, k.claim, nullif(k.outcome, 'null'))
      from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) k (claim jsonb, outcome jsonb)`.execute(tx)
  for (const [index, context] of first.entries()) known.set(context, results[index]!)
  return contexts.map((context) => known.get(context)!)
}

/**
 * Deletes kept answers that show a resource of a site or something that belongs to it, whatever the request was. Those
 * about relationships have nothing but ids.
 */
export async function deleteAnswers(
  tx: Tx,
  siteId: string,
  { type, id }: { type: string; id: string },
): Promise<void> {
  const shown = (body: object) => sql`i.outcome @> ${JSON.stringify({ body })}::jsonb`
  await sql`
    delete from idempotency_keys i using sites s
     where s.id = ${siteId}::bigint and i.account_id = s.account_id and i.route not like '%/relationships/%'
       and (${shown({ data: { type, id } })} or ${shown({ included: [{ type, id }] })}
            or jsonb_path_exists(i.outcome, '$.body.data.relationships.*.data ? (@.type == $type && @.id == $id)',
                                 ${JSON.stringify({ type, id })}::jsonb))`.execute(tx)
}
