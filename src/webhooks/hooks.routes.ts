import { Type } from 'typebox'
import { readChanges } from '../platform/http/changes.ts'
import {
  ChangedDocument,
  checkNewDocument,
  ignoredAttribute,
  ignoredAttributes,
  NewDocument,
} from '../platform/http/documents.ts'
import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../platform/http/route.ts'
import { siteOf } from '../platform/http/site-of.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import {
  changeHook,
  createHook,
  deleteHook,
  type HookChanges,
  type LockedHook,
  lockHook,
  rotateSecret,
} from './change-hooks.ts'
import { deliveryRoutes } from './delivery.routes.ts'
import {
  assertCanSubscribe,
  assertStillReferable,
  ChangedHookAttributes,
  NewHookAttributes,
  readEnabled,
  readEvent,
  readResourceId,
  readTarget,
} from './hook-attributes.ts'
import { describeEvent, type HookEvent } from './hook-events.ts'
import { hooks, hooksWithSecret } from './hooks.resource.ts'
import { sampleRoutes } from './sample.routes.ts'
import { allowsPrivateTargets } from './targets.ts'

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/hooks',
  access: 'manage:hooks',
  summary: 'Create a hook',
  description:
    'Requires permission to view the resources of the event. `resource_id` restricts the hook to one offer or tag. The response contains the `secret` that signs the requests; it is shown only once.',
  tag: 'hooks',
  shows: hooks,
  query: singleParameters(hooks),
  body: NewDocument('hooks', NewHookAttributes),
  responses: { 201: singleSchema(hooksWithSecret, 'HookWithSecret') },
  errors: [404],
  async handler(context) {
    const { app, tx, body, caller, scope } = context
    checkNewDocument(context)
    const { attributes } = body.data
    context.ignore(
      ignoredAttributes(attributes, othersThan(['event', 'target_url', 'resource_id'], attributes)),
    )
    const event = readEvent(attributes, app.config.EXTENSIONS)
    assertCanSubscribe(caller, event)
    warnOfSilence(context, event)
    const targetUrl = readTarget(attributes, allowsPrivateTargets(app.config))
    const siteId = siteOf(context)
    const resourceId = await readResourceId(tx, siteId, event, attributes)
    const { id, secret } = await createHook(
      tx,
      app.sealer,
      { siteId, event, targetUrl, resourceId },
      scope.now,
    )
    return {
      status: 201,
      body: await showOne(context, hooks, id),
      shownOnce: { secret },
      headers: { location: `${scope.baseUrl}/v1/hooks/${id}` },
    }
  },
})

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/hooks/{id}',
  access: 'manage:hooks',
  summary: 'Change, enable or disable a hook',
  description:
    '`target_url`, `resource_id` and `enabled` can be changed; omitted attributes are left unchanged. Disabling the hook cancels pending deliveries. The `event` cannot be changed.',
  tag: 'hooks',
  extension: true,
  shows: hooks,
  query: singleParameters(hooks),
  body: ChangedDocument('hooks', ChangedHookAttributes),
  responses: { 200: singleSchema(hooks) },
  async handler(context) {
    const { tx, params, caller, scope } = context
    const id = params.id!
    const hook = await lockHook(tx, caller.siteIds, id)
    assertCanSubscribe(caller, hook.event)
    warnOfSilence(context, hook.event)
    const { attributes } = await readChanges(context, hooks)
    const changes = await readHookChanges(context, hook, attributes)
    const isReenabled = hook.disabled_at !== null && changes.enabled === true
    if (isReenabled && changes.resourceId === undefined) await assertStillReferable(tx, hook)
    await changeHook(tx, hook, changes, scope.now)
    return { body: await showOne(context, hooks, id) }
  },
})

async function readHookChanges(
  context: WriteContext,
  { site_id, event }: LockedHook,
  attributes: Record<string, unknown>,
): Promise<HookChanges> {
  const { app, tx } = context
  context.ignore(othersThan(['target_url', 'resource_id', 'enabled'], attributes).map(ignoredAttribute))
  return {
    ...('target_url' in attributes && {
      targetUrl: readTarget(attributes, allowsPrivateTargets(app.config)),
    }),
    ...('resource_id' in attributes && { resourceId: await readResourceId(tx, site_id, event, attributes) }),
    ...('enabled' in attributes && { enabled: readEnabled(attributes) }),
  }
}

const destroy = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/hooks/{id}',
  access: 'manage:hooks',
  summary: 'Delete a hook',
  description: 'Pending deliveries are cancelled; past deliveries are kept.',
  tag: 'hooks',
  responses: { 204: Type.Null({ description: 'The hook is deleted' }) },
  async handler({ tx, caller, params, scope }) {
    await deleteHook(tx, caller.siteIds, params.id!, scope.now)
    return { status: 204 }
  },
})

const rotate = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/hooks/{id}/rotate_secret',
  access: 'manage:hooks',
  summary: 'Rotate the secret of a hook',
  description:
    'The response contains the new `secret`, which is shown only once. For 24 hours, requests are signed with both secrets.',
  tag: 'hooks',
  extension: true,
  shows: hooks,
  query: singleParameters(hooks),
  responses: { 200: singleSchema(hooksWithSecret, 'HookWithSecret') },
  async handler(context) {
    const { app, tx, params, caller, scope } = context
    const hook = await lockHook(tx, caller.siteIds, params.id!)
    assertCanSubscribe(caller, hook.event)
    const secret = await rotateSecret(tx, app.sealer, hook, scope.now)
    return { body: await showOne(context, hooks, hook.id), shownOnce: { secret } }
  },
})

const othersThan = (known: string[], attributes: Record<string, unknown>) =>
  Object.keys(attributes).filter((name) => !known.includes(name))

/** Warns about events that cannot occur. */
function warnOfSilence({ warn }: WriteContext, event: HookEvent): void {
  const { neverHappens } = describeEvent(event)
  if (neverHappens)
    warn(`The event ${event} cannot occur yet: ${neverHappens}. The hook sends test events only.`)
}

export const hookRoutes: Route[] = [
  listRoute(hooks),
  create,
  ...sampleRoutes,
  showRoute(hooks),
  destroy,
  update,
  rotate,
  ...deliveryRoutes,
]
