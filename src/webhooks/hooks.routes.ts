import { crudRoutes } from '../platform/http/crud-routes.ts'
import { showOne } from '../platform/http/resource-routes.ts'
import { type Route, route } from '../platform/http/route.ts'
import { singleParameters } from '../platform/jsonapi/schemas.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { deliveryRoutes } from './delivery.routes.ts'
import { assertCanSubscribe, type Hook } from './hook-attributes.ts'
import { HookWithSecret, hookRecords, hooks } from './hooks.resource.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sampleRoutes } from './sample.routes.ts'

const rotate = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/hooks/{id}/rotate_secret',
  access: 'manage:hooks',
  needsRecentSignIn: true,
  summary: 'Rotate the secret of a hook',
  description:
    'The response contains the new `secret`, which is shown only once. For 24 hours, requests are signed with both secrets.',
  tag: 'hooks',
  shows: hooks,
  query: singleParameters(hooks),
  responses: { 200: HookWithSecret },
  async handler(context) {
    const { app, tx, params, caller, scope } = context
    const hook = await lockOne<Hook>(tx, hookRecords, caller.siteIds, params.id!)
    assertCanSubscribe(caller, hook.event)
    const secret = await rotateSecret(tx, app.sealer, hook, scope.now)
    return { body: await showOne(context, hooks, hook.id), shownOnce: { secret } }
  },
})

/** Paths with words before those in which a word could be an id. */
export const hookRoutes: Route[] = [
  ...sampleRoutes,
  ...crudRoutes(
    hookRecords,
    {
      create:
        'Requires permission to view the resources of the event. `resource_id` restricts the hook to one offer, tag or form. The response contains the `secret` that signs the requests; it is shown only once.',
      update: 'Disabling the hook cancels pending deliveries. The `event` cannot be changed.',
      end: 'Pending deliveries are cancelled; past deliveries are kept.',
    },
    { created: HookWithSecret, endsSilently: true },
  ),
  rotate,
  ...deliveryRoutes,
]
