import type { TokenClaims } from '../auth/tokens.ts'
import { inRolledBackTransaction, inTransaction, type Tx } from '../db/database.ts'
import { inDryRun } from '../events/dry-run.ts'
import { authenticate, TOKEN_ENDED, unauthorized } from './authenticate.ts'
import { isDryRun, withEffects } from './dry-run.ts'
import { idempotencyKey, isStillRunning, keyOwner, once, stillRunning } from './idempotency.ts'
import { assertSession } from './recent-sign-in.ts'
import type { Answer, Context, Route, SignedContext, WriteContext } from './route.ts'
import { runShared } from './shared-writes.ts'
import { scopeOf, writeContextOf } from './write-context.ts'

/**
 * Runs a route in the way its kind says: who may, in which transaction, at most how often.
 *
 * @param address path and query string of the request
 */
export async function runRoute(
  route: Route,
  context: Context,
  claims: TokenClaims | null,
  address: string,
): Promise<Answer> {
  if (route.kind === 'open') return route.handler(context)
  if (!claims) throw unauthorized(TOKEN_ENDED)
  const signed = signedContext(route, context, claims, address)
  const { app, source } = context
  try {
    const answer = await runSigned(route, signed)
    app.keyUses.note(claims, source)
    return answer
  } catch (error) {
    throw isStillRunning(error) ? stillRunning() : error
  }
}

function runSigned(route: Exclude<Route, { kind: 'open' }>, signed: SignedContext): Promise<Answer> {
  switch (route.kind) {
    case 'read':
      return runRead(route, signed)
    case 'write':
      return runWrite(route, signed)
    case 'shared':
      return runShared(route, signed)
    case 'batched':
      return route.handler(signed)
  }
}

function signedContext(
  { method, url }: Route,
  context: Context,
  claims: TokenClaims,
  address: string,
): SignedContext {
  const { headers, body } = context
  const request = { caller: keyOwner(claims), method, route: url, address, body }
  return { ...context, claims, idempotency: idempotencyKey(headers['idempotency-key'], request) }
}

async function runRead(route: Extract<Route, { kind: 'read' }>, context: SignedContext): Promise<Answer> {
  const { app, claims, baseUrl } = context
  const caller = await authenticate(app.db, claims, route.access, false)
  await assertSession(app, app.db, route, caller)
  const scope = scopeOf(app, caller, app.clock.now(), baseUrl)
  return route.handler({ ...context, caller, scope, db: app.db })
}

async function runWrite(route: WriteRoute, context: SignedContext): Promise<Answer> {
  const { app, idempotency } = context
  const { prepared, replay } = await prepare(route, context)
  if (replay) return replay
  if (route.dryRuns && isDryRun(context.query)) return runDry(route, context, prepared)
  const answer = await inTransaction(app.db, async (tx) => {
    const writing = await openWrite(route, context, tx, prepared)
    await assertSession(app, tx, route, writing.caller)
    return once(tx, writing.caller.accountId, idempotency, writing.scope.now, () => route.handler(writing))
  })
  app.onEvents()
  return withShownOnce(answer)
}

/**
 * What is done there may last: a request that would be refused does not get so far, nor does the repetition of one that
 * was answered.
 */
async function prepare(
  route: WriteRoute,
  context: SignedContext,
): Promise<{ prepared?: unknown; replay?: Answer }> {
  if (!route.prepare) return {}
  const { app, idempotency } = context
  const { caller, replay } = await inRolledBackTransaction(app.db, async (tx) => {
    const writing = await openWrite(route, context, tx, undefined)
    const { caller, scope } = writing
    await assertSession(app, tx, route, caller)
    let isFirst = false
    const replay = await once(tx, caller.accountId, idempotency, scope.now, async () => {
      isFirst = true
      return {}
    })
    return { caller, ...(!isFirst && { replay }) }
  })
  if (replay) return { replay }
  return { prepared: await route.prepare({ ...context, caller }) }
}

type WriteRoute = Extract<Route, { kind: 'write' }>

/** Checks who asks, and what is to be shown. */
async function openWrite(
  route: WriteRoute,
  context: SignedContext,
  tx: Tx,
  prepared: unknown,
): Promise<WriteContext> {
  const { app, claims } = context
  const caller = await authenticate(tx, claims, route.access, true)
  const writing = await writeContextOf(context, { shows: route.shows, caller, tx, now: app.clock.now() })
  return { ...writing, prepared }
}

/** An Idempotency-Key neither counts nor is used up: nothing was done that must not be done again. */
const runDry = (route: WriteRoute, context: SignedContext, prepared: unknown): Promise<Answer> =>
  inDryRun(context.app.db, async (run) => {
    const writing = await openWrite(route, context, run.tx, prepared)
    const answer = await route.handler({ ...writing, isDryRun: true })
    const effects = await route.dryRuns!.describe?.(context.app, run, writing.caller)
    return effects ? withEffects(answer, effects) : answer
  })

function withShownOnce(answer: Answer): Answer {
  if (!answer.shownOnce) return answer
  const { data, ...rest } = answer.body as { data: { attributes: object } }
  return {
    ...answer,
    body: { ...rest, data: { ...data, attributes: { ...data.attributes, ...answer.shownOnce } } },
  }
}
