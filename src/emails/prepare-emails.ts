import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { type Tx, withoutSorting } from '../platform/db/database.ts'
import type { Message } from '../platform/mailer.ts'
import { isFree, leaseEnd } from '../platform/queue/lease.ts'
import { processBatch } from '../platform/queue/process-batch.ts'
import { failure } from './attempts.ts'
import { emailToken } from './email-data.ts'
import { LEASE_MS, type Leased } from './lease.ts'
import { restore } from './link-redaction.ts'
import { readdress } from './readdress.ts'
import { type Addressed, type Content, renderEmails } from './render-emails.ts'
import { SENDER, senderOf } from './sender.ts'

/** An e-mail that is ready to be sent. */
export interface Prepared extends Leased {
  message: Message
  /** Before this one. */
  attempts: number
}

/**
 * Claims the e-mails that have been due for longest and that no other worker has leased, renders those that were
 * not before or not for the present address, and leases them; without a mail server they are kept.
 *
 * @param limit maximum number
 * @param onPrepared called with e-mails whose lease has begun
 * @returns number of e-mails that were due
 */
export const prepareEmails = (
  app: App,
  limit: number,
  onPrepared: (emails: Prepared[]) => void,
): Promise<number> =>
  processBatch(app, {
    what: 'e-mails',
    size: limit,
    claim: (tx, most) => claim(app, tx, most),
    process: (tx, emails) => prepare(app, tx, emails),
    async recordFailure(tx, email, error): Promise<Prepared[]> {
      await save(app, tx, [email], [error], app.clock.now())
      return []
    },
    committed: (_emails, prepared) => onPrepared(prepared),
  })

async function prepare(app: App, tx: Tx, claimed: Claimed[]): Promise<Prepared[]> {
  const contents = await contentsOf(app, tx, claimed)
  const now = app.clock.now()
  const since = performance.now()
  const leases = await save(app, tx, claimed, contents, now)
  return claimed.flatMap((email, index) => {
    const lease = leases.get(email.id)
    return lease ? (preparedOf(app, email, contents[index]!, { lease, since }, now) ?? []) : []
  })
}

type Claimed = Awaited<ReturnType<typeof claim>>[number]

async function claim({ clock }: App, tx: Tx, limit: number) {
  const now = clock.now()
  const query = tx
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
    .select(['e.text', 'e.message_id', 'e.attempts', sql<string | null>`email_html(e)`.as('html')])
    .select(SENDER)
    .where('e.status', '=', 'pending')
    .where('e.due_at', '<=', now)
    .where(isFree('e.sending_until'))
    .orderBy('e.due_at')
    .orderBy('e.id')
    .limit(limit)
    .forUpdate('e')
    .skipLocked()
  return withoutSorting(tx, () => query.execute())
}

/** The content of each, or why there is none: its template fails, or its recipient was deleted. */
async function contentsOf(app: App, tx: Tx, claimed: Claimed[]): Promise<Content[]> {
  const readdressed = await readdress(app, tx, claimed)
  const stored = claimed.map((email) => (readdressed.has(email.id) ? null : storedIn(email)))
  const rendered = await renderEmails(
    app,
    tx,
    claimed.filter((_, index) => stored[index] === null),
  )
  return stored.map((content) => content ?? rendered.shift()!)
}

/** As an earlier attempt has rendered it. */
function storedIn({ to_name, to_email, subject, html, text }: Claimed): Addressed | null {
  if (html === null) return null
  return { to_name: to_name!, to_email: to_email!, subject: subject!, html, text: text!, document: null }
}

/**
 * The ids are given twice: the planner takes a list in JSON for a hundred rows, and would read the whole table.
 *
 * @returns the ends of the leases, by the ids of the leased e-mails
 */
async function save(
  app: App,
  tx: Tx,
  claimed: Claimed[],
  contents: Content[],
  now: Date,
): Promise<Map<string, string>> {
  const changes = claimed.map((email, index) => ({
    site_id: email.site_id,
    id: email.id,
    ...changeOf(app, email, contents[index]!, now),
  }))
  const { rows } = await sql<{ id: string; lease: string | null }>`
    with added as (
      insert into email_layouts (site_id, hash, pieces, slots)
      select * from jsonb_to_recordset(${JSON.stringify(layoutsOf(claimed, contents))}::jsonb)
                    l (site_id bigint, hash text, pieces text[], slots text[])
      on conflict do nothing
    )
    update emails e
       set status = c.status, due_at = coalesce(c.due_at, case c.status when 'pending' then e.due_at end),
           sending_until = case when c.is_taken then ${leaseEnd(LEASE_MS)} end, attempts = coalesce(c.attempts, e.attempts),
           response = coalesce(c.response, e.response), failed_at = c.failed_at,
           to_name = coalesce(c.to_name, e.to_name), to_email = coalesce(c.to_email, e.to_email),
           subject = coalesce(c.subject, e.subject), text = coalesce(c.text, e.text),
           layout_hash = coalesce(c.layout_hash, e.layout_hash), slots = coalesce(c.slots, e.slots),
           message_id = coalesce(c.message_id, e.message_id), rendered_at = coalesce(e.rendered_at, c.rendered_at)
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) c (
             site_id bigint, id bigint, status text, due_at timestamptz, is_taken boolean, attempts integer,
             response text, failed_at timestamptz, to_name text, to_email text, subject text, text text,
             layout_hash text, slots jsonb, message_id text, rendered_at timestamptz)
     where e.site_id = c.site_id and e.id = c.id and e.id = any(${changes.map(({ id }) => id)}::bigint[])
    returning e.id, e.sending_until::text as lease`.execute(tx)
  return new Map(rows.flatMap(({ id, lease }) => (lease ? [[id, lease]] : [])))
}

/** A leased e-mail keeps its due time: when released, it keeps its position. */
function changeOf(app: App, email: Claimed, content: Content, now: Date): object {
  if (content === null) return { status: 'cancelled' }
  if (content instanceof Error) {
    const { site_id, id, attempts } = email
    app.log.warn({ email: { site_id, id }, err: content }, 'an e-mail could not be prepared')
    return { ...failure(content, attempts, now), attempts: attempts + 1 }
  }
  const { document, html: _, ...addressed } = content
  const rendered = document && {
    ...addressed,
    layout_hash: document.layout.hash,
    slots: document.slots,
    message_id: messageIdOf(app, email),
    rendered_at: now,
  }
  return app.mailer ? { ...rendered, status: 'pending', is_taken: true } : { ...rendered, status: 'kept' }
}

/** Each once; and in one order, since who adds one that is being added waits. */
function layoutsOf(claimed: Claimed[], contents: Content[]): object[] {
  const layouts = new Map<string, object>()
  for (const [index, content] of contents.entries()) {
    if (!content || content instanceof Error || !content.document) continue
    const { site_id } = claimed[index]!
    const { layout } = content.document
    layouts.set(`${layout.hash} ${site_id}`, { site_id, ...layout })
  }
  return [...layouts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, layout]) => layout)
}

const messageIdOf = (app: App, { site_id, id, message_id }: Claimed) =>
  message_id ?? `<email-${site_id}-${id}@${new URL(app.publicUrl).hostname}>`

/** Null when there is nothing to send. */
function preparedOf(
  app: App,
  email: Claimed,
  content: Content,
  lease: Pick<Leased, 'lease' | 'since'>,
  now: Date,
): Prepared | null {
  if (!content || content instanceof Error) return null
  const message = {
    ...senderOf(app, email),
    to: { name: content.to_name, address: content.to_email },
    messageId: messageIdOf(app, email),
    date: now,
    ...restore(content, emailToken(app, email)),
  }
  return { siteId: email.site_id, id: email.id, attempts: email.attempts, ...lease, message }
}
