import type { App } from '../platform/app.ts'
import type { HookEvent } from '../webhooks/hook-events.ts'
import { newSigningSecret } from '../webhooks/signing.ts'

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

/** The same, with the secret that it signs with. Its target is not checked. */
export async function makeSignedHook(
  app: App,
  siteId: string,
  { event = 'automation', targetUrl = NOWHERE, resourceId = null }: HookFixture = {},
): Promise<{ id: string; secret: string }> {
  const secret = newSigningSecret()
  const now = app.clock.now()
  const { id } = await app.db
    .insertInto('hooks')
    .values({
      site_id: siteId,
      event,
      target_url: targetUrl,
      resource_id: resourceId,
      secret: app.sealer.seal(secret),
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, secret }
}
