import { Type } from 'typebox'
import { SENDER, senderOf } from '../../emails/sender.ts'
import { MovableClock } from '../../platform/clock/clock.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { siteInPath } from '../../platform/http/site-of.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { VERSION } from '../../platform/version.ts'
import { sendTestEmail } from './send-test-email.ts'

const Server = Type.Object({
  data: Type.Object({
    type: Type.Literal('servers'),
    id: Type.Literal('current'),
    attributes: Type.Object({
      version: Type.String(),
      mode: Type.Enum(['development', 'production']),
      public_url: Type.String({ examples: ['https://bestow.example.com'] }),
      mail_server: NullableText({
        description: 'Host and port of `SMTP_URL`; null: e-mails stay in the outbox',
        examples: ['smtp.example.com:587'],
      }),
      mail_from: Type.String({ examples: ['no-reply@example.com'] }),
      uploads: Type.Enum(['folder', 's3'], { description: 'Where uploads are stored' }),
      keep_events_days: Type.Integer(),
      keep_deliveries_days: Type.Integer(),
      keep_bulk_jobs_days: Type.Integer(),
      time: Type.String({ format: 'date-time', description: 'The time of the server’s clock' }),
      can_move_clock: Type.Boolean({ description: 'In development, with `POST /v1/server/advance_clock`' }),
    }),
  }),
})

const Sent = Type.Object({
  meta: Type.Object({
    to: Type.String({ examples: ['owner@example.com'] }),
    status: Type.Enum(['sent', 'failed', 'kept']),
    response: NullableText({ examples: ['250 2.0.0 Ok: queued'] }),
  }),
})

const show = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/server',
  access: 'view:sites',
  summary: 'Show the settings of the server',
  description:
    'Those of its environment that an owner needs to know. They are changed in the environment, as docs/settings.md describes; secrets are not shown.',
  tag: 'server',
  responses: { 200: Server },
  async handler({ app }) {
    const { config, clock, publicUrl } = app
    const attributes = {
      version: VERSION,
      mode: config.mode,
      public_url: publicUrl,
      mail_server: config.SMTP_URL && new URL(config.SMTP_URL).host,
      mail_from: config.MAIL_FROM,
      uploads: config.UPLOADS_URL ? 's3' : 'folder',
      keep_events_days: config.KEEP_EVENTS_DAYS,
      keep_deliveries_days: config.KEEP_DELIVERIES_DAYS,
      keep_bulk_jobs_days: config.KEEP_BULK_JOBS_DAYS,
      time: clock.now(),
      can_move_clock: clock instanceof MovableClock,
    }
    return { body: { data: { type: 'servers', id: 'current', attributes } } }
  },
})

const testEmail = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/server/test_email',
  access: 'configure:sites',
  summary: 'Send a test e-mail',
  description:
    'To the user of the token, at once, without the outbox; `response` is what the mail server answered. `kept`: there is no mail server.',
  tag: 'server',
  responses: { 200: Sent },
  errors: [429],
  handler: async ({ app, caller, source }) => ({ body: { meta: await sendTestEmail(app, caller, source) } }),
})

const testSender = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/sites/{id}/test_email',
  access: 'configure:sites',
  summary: 'Send a test e-mail from a site',
  description:
    'As `POST /v1/server/test_email`, from the sender of the site: mail servers can refuse an address that is not theirs.',
  tag: 'sites',
  responses: { 200: Sent },
  errors: [429],
  async handler({ db, source, ...context }) {
    const sender = await db
      .selectFrom('sites as s')
      .select(SENDER)
      .where('s.id', '=', siteInPath(context))
      .executeTakeFirstOrThrow()
    const { app, caller } = context
    return { body: { meta: await sendTestEmail(app, caller, source, senderOf(app, sender)) } }
  },
})

export const serverRoutes: Route[] = [show, testEmail, testSender]
