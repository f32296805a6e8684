import { nameAndEmailOf } from '../accounts/users.ts'
import type { Tx } from '../platform/db/database.ts'
import { type Origin, recordEvent } from '../platform/events/events.ts'
import type { Caller } from '../platform/http/route.ts'
import type { RenderedEmail } from './render.ts'
import { TEMPLATE_TEST } from './templates/index.ts'

/**
 * Has a test of a template sent to a user. It is rendered already, with sample data: no link in it works.
 *
 * @param kind of the template
 */
export async function sendTest(
  tx: Tx,
  siteId: string,
  kind: string,
  { subject, html, text }: RenderedEmail,
  user: Pick<Caller, 'accountId' | 'userId'>,
  origin: Origin,
): Promise<{ email_id: string; event_id: string; to_email: string }> {
  const about = { siteId, contactId: null }
  const event_id = await recordEvent(
    tx,
    'template_test_requested',
    about,
    { kind, user_id: user.userId },
    origin,
  )
  const { name, email: to_email } = await nameAndEmailOf(tx, user)
  const { now } = origin
  const { id: email_id } = await tx
    .insertInto('emails')
    .values({
      site_id: siteId,
      kind: TEMPLATE_TEST,
      event_id,
      contact_id: null,
      to_name: name,
      to_email,
      subject,
      html,
      text,
      created_at: now,
      rendered_at: now,
      due_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { email_id, event_id, to_email }
}
