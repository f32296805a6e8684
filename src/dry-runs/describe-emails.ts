import type { Viewer } from '../automations/describe-steps.ts'
import { renderEmails } from '../emails/render-emails.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import type { DispatchedEvent } from '../platform/events/dispatch-events.ts'
import { isPermitted } from '../platform/http/authenticate.ts'
import { emailsAfter } from '../reactions.ts'
import type { Effect } from './effect.ts'
import type { Reactions } from './preview-reactions.ts'

/** The e-mails that would be sent, rendered as they would be; then those that would not, with the reason. */
export async function describeEmails(
  app: App,
  tx: Tx,
  events: DispatchedEvent[],
  emails: Reactions['emails'],
  viewer: Viewer,
): Promise<Effect[]> {
  const contents = await renderEmails(
    app,
    tx,
    emails.map((email) => ({
      ...email,
      site_id: events[0]!.site_id,
      run_id: null,
      step: null,
      template_id: null,
    })),
  )
  const at = app.clock.now().toISOString()
  const typeOf = new Map(events.map(({ id, type }) => [id, type]))
  const sent = emails.map(({ kind, event_id }, index): Effect => {
    const content = contents[index]!
    const common = { effect: 'email', happens: true, at, event: typeOf.get(event_id)!, kind }
    if (content === null || content instanceof Error) {
      const reason = content?.message ?? 'its recipient was deleted'
      const sentence = `The e-mail ${nameOf(kind)} would fail: ${reason}.`
      return { ...common, status: 'failed', reason, sentence, to_email: null, subject: null }
    }
    const status = app.mailer ? 'sent' : 'kept'
    const shown = isPermitted(viewer.permissions, 'view:emails')
    const what = shown ? `"${content.subject}" to ${content.to_email}` : nameOf(kind)
    return {
      ...common,
      status,
      reason: null,
      to_email: shown ? content.to_email : null,
      subject: shown ? content.subject : null,
      sentence:
        status === 'sent'
          ? `The e-mail ${what} would be sent.`
          : `The e-mail ${what} would be kept in the outbox: no mail server is configured.`,
    }
  })
  return [...sent, ...omittedEmails(events, at)]
}

/** The e-mails that are not sent, with the reason. */
export const omittedEmails = (events: DispatchedEvent[], at: string): Effect[] => [
  ...events.flatMap((event) => omittedOf(event, at)),
  ...withoutWelcome(events, at),
]

/** The kind in words: `offer_grant`. */
export const nameOf = (kind: string) => kind.replaceAll('_', ' ')

export const OMITTED = {
  declined: 'the request declines it',
  off_on_site: 'the site does not send such e-mails',
  already_customer: 'the contact already was a customer',
}

const omitted = (event: string, kind: string, reason: keyof typeof OMITTED, at: string): Effect => ({
  effect: 'email',
  happens: false,
  reason,
  at,
  event,
  kind,
  sentence: `No ${nameOf(kind)} e-mail would be sent: ${OMITTED[reason]}.`,
})

const omittedOf = (event: DispatchedEvent, at: string): Effect[] =>
  emailsAfter(event).flatMap(({ kind, omitted: reason }) =>
    reason ? [omitted(event.type, kind, reason, at)] : [],
  )

/** Who is a customer already gets no welcome with another offer. */
function withoutWelcome(events: DispatchedEvent[], at: string): Effect[] {
  const contactsOf = (wanted: string) =>
    new Set(events.filter(({ type }) => type === wanted).map(({ contact_id }) => contact_id))
  const created = contactsOf('customer_created')
  return [...contactsOf('offer_granted')]
    .filter((contact) => !created.has(contact))
    .map(() => omitted('offer_granted', 'welcome', 'already_customer', at))
}
