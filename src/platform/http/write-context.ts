import type { App } from '../app.ts'
import type { Tx } from '../db/database.ts'
import type { Resource } from '../jsonapi/resource.ts'
import type { LoadScope } from '../jsonapi/resources.ts'
import { actorOf } from './authenticate.ts'
import { readSingleQuery } from './resource-routes.ts'
import type { Caller, SignedContext, WriteContext } from './route.ts'

export const scopeOf = (
  { config, resources }: App,
  { siteIds, permissions }: Caller,
  now: Date,
  baseUrl: string,
): LoadScope => ({
  resources,
  siteIds,
  permissions,
  now,
  baseUrl,
  strict: config.JSONAPI_STRICT,
})

/**
 * What the handler of a write is given, without what the route has prepared. What is to be shown is read before an
 * Idempotency-Key is looked up, whose answer takes the same permissions.
 *
 * @throws ApiError 400, or 403 for an include that the caller may not see
 */
export async function writeContextOf(
  context: SignedContext,
  { shows, caller, tx, now }: { shows: Resource | undefined; caller: Caller; tx: Tx; now: Date },
): Promise<SignedContext & WriteContext> {
  const scope = scopeOf(context.app, caller, now, context.baseUrl)
  const shown = shows
    ? await readSingleQuery(tx, shows, { ...context, caller, scope })
    : { fields: {}, include: {} }
  return {
    ...context,
    caller,
    scope,
    tx,
    isDryRun: false,
    prepared: undefined,
    actor: actorOf(caller),
    shown,
  }
}
