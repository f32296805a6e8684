/** Where payment providers send notifications. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import Stripe from 'stripe'
import type { App } from '../../platform/app.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { inTransaction } from '../../platform/db/database.ts'
import { BODY_LIMIT } from '../../platform/http/bodies.ts'
import { badRequest, notFound } from '../../platform/jsonapi/errors.ts'
import { type ProviderAccount, webhookPath } from '../accounts/provider-account.ts'
import { storeEvents } from './store-events.ts'

/** Seconds. What was sent longer ago may be a repetition by somebody else. */
const TOLERANCE = 300

const { webhooks } = Stripe

/** A notification is verified and stored before it is answered; it is processed later, by the queue of the inbox. */
export async function webhookPages(server: FastifyInstance, app: App): Promise<void> {
  await server.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    // The signature is of the bytes.
    raw.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => body,
    )
    raw.post(
      webhookPath(':account'),
      { schema: { hide: true }, bodyLimit: BODY_LIMIT },
      async ({ params, headers, body }, reply) => {
        const { account: token } = params as { account: string }
        await receive(
          app,
          token,
          (body as Buffer | undefined) ?? Buffer.alloc(0),
          headers['stripe-signature'],
        )
        return reply.send({ received: true })
      },
    )
  })
}

/** @throws ApiError 404 for an address that no account has; 400 for what is not signed with its secret */
async function receive(app: App, token: string, body: Buffer, signature: unknown): Promise<void> {
  const account = await app.db
    .selectFrom('provider_accounts')
    .selectAll()
    .where('token', '=', token)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  if (!account) throw notFound('There is no payment provider connected at this address.')
  if (typeof signature !== 'string' || !isSigned(app, account, body, signature))
    throw badRequest(
      'invalid_signature',
      'The header Stripe-Signature is not that of the body. Check the signing secret of the webhook.',
    )
  const event = readEvent(body)
  const now = app.clock.now()
  await inTransaction(app.db, async (tx) => {
    await storeEvents(tx, account, [event], now)
    await tx
      .updateTable('provider_accounts')
      .set({ last_notification_at: now })
      .where('site_id', '=', account.site_id)
      .where('id', '=', account.id)
      .execute()
  })
}

/** By the real time, also where the application's clock has been moved. */
function isSigned(app: App, account: ProviderAccount, body: Buffer, signature: string): boolean {
  return secretsOf(app, account).some((secret) => {
    try {
      return webhooks.signature!.verifyHeader(
        body,
        signature,
        secret,
        TOLERANCE,
        undefined,
        systemClock.now().getTime(),
      )
    } catch {
      return false
    }
  })
}

function secretsOf({ clock, sealer }: App, account: ProviderAccount): string[] {
  const { webhook_secret, previous_webhook_secret: previous, previous_webhook_secret_until: until } = account
  const isPreviousValid = previous !== null && until !== null && until > clock.now()
  return [webhook_secret, isPreviousValid ? previous : null].flatMap((sealed) =>
    sealed === null ? [] : [sealer.unseal(sealed)],
  )
}

/** @throws ApiError 400 for what is signed but is no event with an object, such as a thin one */
function readEvent(body: Buffer): Stripe.Event {
  const event = JSON.parse(body.toString('utf8')) as Partial<Stripe.Event>
  if (event.object === 'event' && event.id && event.type && event.data?.object) return event as Stripe.Event
  throw badRequest(
    'no_event',
    'The body is not a snapshot event. Let the webhook send snapshots, not thin events.',
  )
}
