import { Type } from 'typebox'
import { Attributes } from '../platform/http/documents.ts'
import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Answer, type Route, route } from '../platform/http/route.ts'
import { invalidAttribute } from '../platform/jsonapi/read-attributes.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import type { Hook } from './hook-attributes.ts'
import { hookRecords } from './hooks.resource.ts'
import { replayDelivery, replayUndelivered } from './replay-deliveries.ts'
import { testHook } from './test-hook.ts'
import { webhookDeliveries } from './webhook-deliveries.resource.ts'

const test = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/hooks/{id}/test',
  access: 'manage:hooks',
  summary: 'Send a test event to a hook',
  description: 'Sends the sample of its event, signed like any other. Returns the delivery.',
  tag: 'hooks',
  shows: webhookDeliveries,
  query: singleParameters(webhookDeliveries),
  responses: { 200: singleSchema(webhookDeliveries) },
  async handler(context) {
    const { tx, params, caller, scope } = context
    const hook = await lockOne<Hook>(tx, hookRecords, caller.siteIds, params.id!)
    return {
      body: await showOne(context, webhookDeliveries, await testHook(tx, hook, scope.baseUrl, scope.now)),
    }
  },
})

const replayAll = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/hooks/{id}/replay',
  access: 'manage:hooks',
  refusesUnknown: true,
  summary: 'Replay missed events of a hook',
  description:
    'Delivers events since `since` (a date and time, for example 2026-01-15T09:30:00Z), or since the hook was created, whose delivery failed permanently or was cancelled, or that occurred while the hook was disabled: the oldest 10,000. Events are kept for KEEP_EVENTS_DAYS (400). When `replayed` is 10,000 there may be more; repeat the request.',
  tag: 'hooks',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('hooks'),
      attributes: Type.Optional(
        Attributes(
          Type.Object({ since: Type.Optional(Type.String({ examples: ['2026-01-15T09:30:00Z'] })) }),
        ),
      ),
    }),
  }),
  responses: { 200: Type.Object({ meta: Type.Object({ replayed: Type.Integer() }) }) },
  async handler({ tx, params, body, caller, scope }) {
    const since = readSince((body.data.attributes as { since?: string } | undefined)?.since)
    const replayed = await replayUndelivered(tx, caller.siteIds, params.id!, since, scope.now)
    return { body: { meta: { replayed } } }
  },
})

/** Left out: since ever. @throws ApiError 422 */
function readSince(since: string | undefined): Date {
  if (since === undefined) return new Date(0)
  const date = new Date(since)
  if (/^\d{4}-\d{2}-\d{2}T/.test(since) && !Number.isNaN(date.getTime())) return date
  throw invalidAttribute('since', 'invalid', 'must be a date and time as in 2026-01-15T09:30:00Z')
}

const replayOne = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/webhook_deliveries/{id}/replay',
  access: 'manage:hooks',
  summary: 'Redeliver a webhook delivery',
  description:
    'Delivers again at once, with the same `webhook-id` and body, whatever its status. A repeated request with the same Idempotency-Key returns it without `body` and `attempts`.',
  tag: 'webhook deliveries',
  // Without `shows`: what is included would be kept with the answer.
  responses: { 200: singleSchema(webhookDeliveries) },
  async handler(context) {
    const { tx, params, caller, scope } = context
    await replayDelivery(tx, caller.siteIds, params.id!, scope.now)
    return keepingNothingSaid(await showOne(context, webhookDeliveries, params.id!))
  },
})

/** What a delivery says of a person is not kept for repetitions of the request: it is forgotten with the person. */
function keepingNothingSaid(document: Awaited<ReturnType<typeof showOne>>): Answer {
  const { body, attempts, ...attributes } = document.data.attributes
  return { body: { ...document, data: { ...document.data, attributes } }, shownOnce: { body, attempts } }
}

export const deliveryRoutes: Route[] = [
  test,
  replayAll,
  listRoute(webhookDeliveries),
  showRoute(webhookDeliveries),
  replayOne,
]
