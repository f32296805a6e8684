import type { App } from '../app.ts'
import type { TokenClaims } from '../auth/tokens.ts'
import { inTransaction } from '../db/database.ts'
import type { LoadScope } from '../jsonapi/resources.ts'
import { actorOf, authenticate, TOKEN_ENDED, unauthorized } from './authenticate.ts'
import { idempotencyKey, isStillRunning, keyOwner, once, stillRunning } from './idempotency.ts'
import { readSingleQuery } from './resource-routes.ts'
import type { Answer, Caller, Context, Route, SignedContext } from './route.ts'

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
  const scope = scopeOf(app, caller, app.clock.now(), baseUrl)
  return route.handler({ ...context, caller, scope, db: app.db })
}

async function runWrite(route: Extract<Route, { kind: 'write' }>, context: SignedContext): Promise<Answer> {
  const { app, claims, baseUrl, idempotency } = context
  const prepared = await route.prepare?.(context)
  const answer = await inTransaction(app.db, async (tx) => {
    const caller = await authenticate(tx, claims, route.access, true)
    const now = app.clock.now()
    const scope = scopeOf(app, caller, now, baseUrl)
    // Before the key is looked up: what a stored answer includes takes the same permissions.
    const shown = route.shows
      ? await readSingleQuery(tx, route.shows, { ...context, caller, scope })
      : { fields: {}, include: {} }
    return once(tx, caller.accountId, idempotency, now, () =>
      route.handler({ ...context, caller, scope, tx, prepared, actor: actorOf(caller), shown }),
    )
  })
  app.onEvents()
  return withShownOnce(answer)
}

const scopeOf = ({ config, resources }: App, { siteIds }: Caller, now: Date, baseUrl: string): LoadScope => ({
  resources,
  siteIds,
  now,
  baseUrl,
  strict: config.JSONAPI_STRICT,
})

function withShownOnce(answer: Answer): Answer {
  if (!answer.shownOnce) return answer
  const { data, ...rest } = answer.body as { data: { attributes: object } }
  return {
    ...answer,
    body: { ...rest, data: { ...data, attributes: { ...data.attributes, ...answer.shownOnce } } },
  }
}
