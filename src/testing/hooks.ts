import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { createHook } from '../webhooks/change-hooks.ts'
import type { HookEvent } from '../webhooks/hook-events.ts'

interface HookFixture {
  event?: HookEvent
  targetUrl?: string
  resourceId?: string | null
}

/** A URL where no server listens. */
const NOWHERE = 'http://127.0.0.1:9/'

/** A hook that is notified of no event, unless another event is given. */
export async function makeHook(app: App, siteId: string, hook: HookFixture = {}): Promise<string> {
  return (await makeSignedHook(app, siteId, hook)).id
}

/** The same, with the secret that it signs with. */
export const makeSignedHook = (
  app: App,
  siteId: string,
  { event = 'automation', targetUrl = NOWHERE, resourceId = null }: HookFixture = {},
) =>
  inTransaction(app.db, (tx) =>
    createHook(tx, app.sealer, { siteId, event, targetUrl, resourceId }, app.clock.now()),
  )
