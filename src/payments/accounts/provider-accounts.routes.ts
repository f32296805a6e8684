import { Type } from 'typebox'
import { crudRoutes } from '../../platform/http/crud-routes.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { lockOne } from '../../platform/records/lock-one.ts'
import { queueTask } from '../inbox/queue-task.ts'
import type { ProviderAccount } from './provider-account.ts'
import { providerAccountRecords } from './provider-accounts.resource.ts'

const testWebhook = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/provider_accounts/{id}/test_webhook',
  access: 'manage:provider_accounts',
  summary: 'Test the webhook of a provider account',
  description:
    'Has the provider send a notification: a customer is created there and deleted at once. The webhook works when `last_notification_at` of the account is then later than `requested_at` of the response, usually within seconds.',
  tag: 'provider accounts',
  responses: {
    200: Type.Object({ meta: Type.Object({ requested_at: Type.String({ format: 'date-time' }) }) }),
  },
  async handler({ tx, params, caller, scope }) {
    const account = await lockOne<ProviderAccount>(tx, providerAccountRecords, caller.siteIds, params.id!)
    await queueTask(tx, account, 'test_webhook', account.id, scope.now)
    return { body: { meta: { requested_at: scope.now.toISOString() } } }
  },
})

export const providerAccountRoutes: Route[] = [
  ...crudRoutes(providerAccountRecords, {
    create:
      'Connects the site to an account at a payment provider: paste a secret or restricted key of it. The key is then checked, and the webhook endpoint created at the provider, which takes a moment: `status` is `connecting` until then, and `failed` with a `problem` that says what to correct. With a `webhook_secret`, no endpoint is created: send the provider’s notifications to `webhook_url` yourself. A site has at most one account for real money, and one for tests.',
    update:
      'A new `secret_key` must be one of the same account. A replaced `webhook_secret` is accepted for another 24 hours; null has an endpoint created at the provider.',
    end: 'The site sells no more with the account, and its notifications are not accepted any more; the webhook endpoint is removed at the provider. Subscriptions that are still being paid must be cancelled first.',
  }),
  testWebhook,
]
