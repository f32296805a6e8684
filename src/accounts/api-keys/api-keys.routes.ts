import { crudRoutes, writingOf } from '../../platform/http/crud-routes.ts'
import { showOne } from '../../platform/http/resource-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { singleParameters } from '../../platform/jsonapi/schemas.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { ApiKeyWithSecret, apiKeyRecords, apiKeys } from './api-keys.resource.ts'
import { rotateApiKey } from './api-keys.ts'
import { assertControls, type KeyRow } from './save-api-key.ts'

const rotate = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/api_keys/{id}/rotate',
  access: 'manage:api_keys',
  needsRecentSignIn: true,
  summary: 'Rotate the secret of an API key',
  description:
    'The response contains the new `client_secret`, which is shown only once. Every token of the previous secret ends: when the request is answered, none of them can change anything any more. The caller needs all permissions of the key.',
  tag: 'api keys',
  shows: apiKeys,
  query: singleParameters(apiKeys),
  responses: { 200: ApiKeyWithSecret },
  async handler(context) {
    const { tx, params, caller, scope } = context
    const key = await lockOne<KeyRow>(tx, apiKeyRecords, caller.siteIds, params.id!)
    await assertControls(writingOf(context), key)
    const { client_secret } = await rotateApiKey(tx, caller.accountId, key.id, scope.now)
    return { body: await showOne(context, apiKeys, key.id), shownOnce: { client_secret } }
  },
})

export const apiKeyRoutes: Route[] = [
  ...crudRoutes(
    apiKeyRecords,
    {
      create:
        'The key belongs to the user of the caller, who needs every permission that it gets; `permissions` null gives all that the role of the user permits, now and later. The response contains the `client_secret`; it is shown only once.',
      update:
        'Changed `permissions` apply to the next request. The caller needs the permissions that the key has, and those that it gets.',
      end: 'Every token of the key ends: when the request is answered, none of them can change anything any more. The caller needs all permissions of the key.',
    },
    { created: ApiKeyWithSecret, needsRecentSignIn: true },
  ),
  rotate,
]
