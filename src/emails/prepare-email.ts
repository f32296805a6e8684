import { sql } from 'kysely'
import type { App } from '../app.ts'
import { inBatches } from '../db/batches.ts'
import { anyOf, inTransaction, isUnavailable, type Tx } from '../db/database.ts'
import { emailToken } from './email-data.ts'
import { withLink } from './hidden-links.ts'
import { type EmailId, InHandError, leaseFrom } from './lease.ts'
import type { Message } from './mailer.ts'
import { type Content, renderEmails, type Stored } from './render-emails.ts'

export interface Prepared {
  message: Message
  /** As long it is in hand. */
  until: Date
}

/**
 * Renders an e-mail that waits, unless an earlier attempt has, and takes it in hand. Without a mail server it
 * is kept as it is. E-mails that are prepared at the same moment share a transaction.
 *
 * @returns what is to be handed over; null when nothing is
 * @throws InHandError, TemplateError
 */
export async function prepareEmail(app: App, which: EmailId): Promise<Prepared | null> {
  const prepared = await prepareInBatches(app, which)
  if (prepared instanceof Error) throw prepared
  return prepared
}

const prepareInBatches = inBatches(prepareTogether, {
  groupOf: () => 'all',
  keysOf: ({ siteId, id }) => [keyOf(siteId, id)],
  size: 50,
  parts: 1,
  isCommon: isUnavailable,
})

const keyOf = (siteId: string, id: string) => `${siteId} ${id}`

function prepareTogether(app: App, wanted: EmailId[]): Promise<(Prepared | Error | null)[]> {
  return inTransaction(app.db, async (tx) => {
    const claimed = await claim(tx, wanted)
    // Only now: others may have held what is claimed for a while.
    const now = app.clock.now()
    const contents = await contentsOf(app, tx, claimed, now)
    await save(app, tx, claimed, contents, now)
    const prepared = new Map(
      claimed.map((email, index) => [
        keyOf(email.site_id, email.id),
        outcomeOf(app, email, contents[index]!, now),
      ]),
    )
    return wanted.map(({ siteId, id }) => prepared.get(keyOf(siteId, id)) ?? null)
  })
}

type Claimed = Awaited<ReturnType<typeof claim>>[number]

/** Locked in one order by everybody; one that does not wait any more is left out. */
async function claim(tx: Tx, wanted: EmailId[]) {
  return tx
    .selectFrom('emails as e')
    .innerJoin('sites as s', 's.id', 'e.site_id')
    .select([
      'e.site_id',
      'e.id',
      'e.kind',
      'e.event_id',
      'e.contact_id',
      'e.run_id',
      'e.step',
      'e.template_id',
      'e.to_name',
      'e.to_email',
      'e.subject',
    ])
    .select(['e.html', 'e.text', 'e.message_id', 'e.sending_until', 's.title'])
    .where('e.site_id', '=', anyOf(wanted.map(({ siteId }) => siteId)))
    .where('e.id', '=', anyOf(wanted.map(({ id }) => id)))
    .where('e.status', '=', 'pending')
    .orderBy('e.id')
    .forUpdate('e')
    .execute()
}

/** What each says, or why it cannot be told: another worker has it, its template fails, its recipient is gone. */
async function contentsOf(app: App, tx: Tx, claimed: Claimed[], now: Date): Promise<Content[]> {
  const known = claimed.map((email): Content | undefined =>
    email.sending_until && email.sending_until > now ? new InHandError() : storedIn(email),
  )
  const rendered = await renderEmails(
    app,
    tx,
    claimed.filter((_, index) => known[index] === undefined),
  )
  return known.map((content) => (content === undefined ? rendered.shift()! : content))
}

function storedIn({ to_name, to_email, subject, html, text }: Claimed): Stored | undefined {
  if (html === null) return undefined
  return { to_name: to_name!, to_email: to_email!, subject: subject!, html, text: text! }
}

/** The ids are given twice: the planner takes a list in JSON for a hundred rows, and would read the whole table. */
async function save(app: App, tx: Tx, claimed: Claimed[], contents: Content[], now: Date): Promise<void> {
  const inHand = app.mailer
    ? { status: 'pending', sending_until: leaseFrom(now) }
    : { status: 'kept', sending_until: null }
  const changes = claimed.flatMap((email, index) => {
    const content = contents[index]!
    if (content instanceof Error) return []
    const { site_id, id } = email
    if (!content) return [{ site_id, id, status: 'cancelled' }]
    return [{ site_id, id, ...content, ...inHand, message_id: messageIdOf(app, email), rendered_at: now }]
  })
  await sql`
    update emails e
       set status = c.status, sending_until = c.sending_until, to_name = c.to_name, to_email = c.to_email, subject = c.subject,
           html = c.html, text = c.text, message_id = c.message_id, rendered_at = coalesce(e.rendered_at, c.rendered_at)
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) c (
             site_id bigint, id bigint, status text, sending_until timestamptz, to_name text, to_email text, subject text,
             html text, text text, message_id text, rendered_at timestamptz)
     where e.site_id = c.site_id and e.id = c.id and e.id = any(${changes.map(({ id }) => id)}::bigint[])`.execute(
    tx,
  )
}

const messageIdOf = (app: App, { site_id, id, message_id }: Claimed) =>
  message_id ?? `<email-${site_id}-${id}@${new URL(app.publicUrl).hostname}>`

function outcomeOf(app: App, email: Claimed, content: Content, now: Date): Prepared | Error | null {
  if (content instanceof Error) return content
  if (!content || !app.mailer) return null
  const message = {
    from: { name: email.title, address: app.config.MAIL_FROM },
    to: { name: content.to_name, address: content.to_email },
    messageId: messageIdOf(app, email),
    date: now,
    ...withLink(content, emailToken(app, email)),
  }
  return { message, until: leaseFrom(now) }
}
