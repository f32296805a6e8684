/** Requests that wait at the same moment and share a transaction: each has the same result as alone. */
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inBatches } from '../db/batches.ts'
import { inTransaction, isUnavailable, type Tx } from '../db/database.ts'
import { ApiError } from '../jsonapi/errors.ts'
import { authenticate } from './authenticate.ts'
import { onceEach } from './idempotency.ts'
import { assertSession } from './recent-sign-in.ts'
import type { Answer, Route, SignedContext, WriteContext } from './route.ts'
import { writeContextOf } from './write-context.ts'

type SharedRoute = Extract<Route, { kind: 'shared' }>

interface Request {
  route: SharedRoute
  context: SignedContext
}

/** @throws ApiError why the request is refused */
export async function runShared(route: SharedRoute, context: SignedContext): Promise<Answer> {
  const result = await runInBatches(context.app, { route, context })
  if (result instanceof ApiError) throw result
  return result
}

const runInBatches: (app: App, request: Request) => Promise<Answer | ApiError> = inBatches(runTogether, {
  groupOf: ({ route, context: { claims } }) =>
    JSON.stringify([route.method, route.url, claims.accountId, claims.keyId, claims.familyId, claims.epoch]),
  keysOf: ({ route, context }) => [
    ...route.keysOf(context),
    ...(context.idempotency ? [`key ${context.idempotency.key}`] : []),
  ],
  size: 64,
  pipelined: false,
  failsWholeBatch: isUnavailable,
})

/** Requests of one caller to one route. */
async function runTogether(app: App, requests: Request[]): Promise<(Answer | ApiError)[]> {
  const [{ route }] = requests as [Request, ...Request[]]
  const contexts = requests.map(({ context }) => context)
  const results = await inTransaction(app.db, async (tx) => {
    // A lock that blocks one of many is waited for only when that one runs alone.
    if (contexts.length > 1) await sql`select set_config('lock_timeout', '500ms', true)`.execute(tx)
    const writing = await openAll(route, contexts, tx)
    return eachOf(writing, (open) => onceEach(tx, open, route.handler))
  })
  app.onEvents()
  return results
}

/** @throws ApiError when the caller may not call the route at all */
async function openAll(
  route: SharedRoute,
  contexts: SignedContext[],
  tx: Tx,
): Promise<((SignedContext & WriteContext) | ApiError)[]> {
  const { app, claims } = contexts[0]!
  const caller = await authenticate(tx, claims, route.access, true)
  await assertSession(app, tx, route, caller)
  const now = app.clock.now()
  const opened: ((SignedContext & WriteContext) | ApiError)[] = []
  for (const context of contexts)
    opened.push(await writeContextOf(context, { shows: route.shows, caller, tx, now }).catch(refusalOf))
  return opened
}

/** What `work` returns, or the error with which it refuses. */
export function orRefusal<Result>(work: () => Result): Result | ApiError {
  try {
    return work()
  } catch (error) {
    return refusalOf(error)
  }
}

/** @throws any error but one with which a request is refused */
function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  throw error
}

/** Goes on with those that are not refused yet. `work` has a result for each, in their order. */
export async function eachOf<Item, Result>(
  items: (Item | ApiError)[],
  work: (items: Item[]) => Promise<Result[]>,
): Promise<(Result | ApiError)[]> {
  const open = items.filter((item): item is Item => !(item instanceof ApiError))
  const results = open.length === 0 ? [] : await work(open)
  let next = 0
  return items.map((item) => (item instanceof ApiError ? item : results[next++]!))
}
