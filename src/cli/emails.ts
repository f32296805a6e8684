import type { Command } from 'commander'
import { emails } from '../emails/emails.resource.ts'
import { resendWelcome } from '../emails/resend-welcome.ts'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { personOf } from '../people/contacts/person-of.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { loadOne, loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { findContactId, findOperatorOfContact } from './contacts.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { onOneLine } from './terminal.ts'
import { ACCOUNT_OPTION, changing, findOperatorOf, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

interface ListOptions extends OutputOptions {
  account?: string
  contact?: string
  kind?: string
  status?: string
}

interface ResendOptions extends OutputOptions {
  account?: string
  site?: string
}

interface ShowOptions extends OutputOptions {
  account?: string
  html?: boolean
}

export function emailCommands(program: Command): void {
  const command = program
    .command('emails')
    .description('the outbox: e-mails that were sent, or kept when no mail server is configured')
  subcommand(command, 'list', 'list the latest 100 e-mails')
    .option('--contact <id or e-mail>', 'only e-mails to this contact')
    .option('--kind <kind>', 'welcome, gift, offer_grant')
    .option('--status <status>', 'pending, kept, sent, failed, cancelled')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(command, 'show <id>', 'show an e-mail as text')
    .option('--html', 'as HTML')
    .option(...ACCOUNT_OPTION)
    .action(show)
  subcommand(
    command,
    'resend-welcome <contact>',
    'send the welcome e-mail of a customer again, with a new link; the contact by id or e-mail',
  )
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(resend)
}

async function list({ json, account, contact, kind, status }: ListOptions): Promise<void> {
  const rows = await withApp('emails list', async (app) => {
    const operator = await findOperatorOf(app, 'contact', contact && isId(contact) ? contact : '', account)
    const filters = {
      contact_id: contact && (await findContactId(app, operator, contact)),
      kind,
      status,
    }
    const given = Object.entries(filters).flatMap(([name, value]) =>
      value ? [[`filter[${name}]`, value]] : [],
    )
    const query = parseQuery(emails, { ...Object.fromEntries(given), 'page[size]': '100' }, operator.scope)
    return (await loadPage(app.db, emails, query, operator.scope)).primary.rows
  })
  const shown = rows.map(({ id, created_at, kind: what, status: state, to_email, subject }) => ({
    id,
    at: (created_at as Date).toISOString(),
    kind: String(what),
    status: String(state),
    to: String(to_email ?? '-'),
    subject: String(subject ?? '-'),
  }))
  print({ json }, rows.map(withoutRelationships), table(shown, 'The outbox is empty.'))
}

async function show(id: string, { json, account, html }: ShowOptions): Promise<void> {
  const row = await withApp('emails show', async (app) => {
    const { scope } = await findOperatorOf(app, 'email', id, account)
    return (await loadOne(app.db, emails, id, { fields: {}, include: {} }, scope)).primary.rows[0]!
  })
  const words = html
    ? String(row.html ?? '')
    : [
        onOneLine(`To:      ${row.to_email ? `${row.to_name} <${row.to_email}>` : '-'}`),
        onOneLine(`Subject: ${row.subject ?? '-'}`),
        onOneLine(`Status:  ${row.status}${row.response ? ` (${row.response})` : ''}`),
        '',
        String(
          row.text ??
            (row.status === 'pending'
              ? 'The e-mail is not rendered yet.'
              : 'The e-mail has no content: the contact was deleted, or it was cancelled.'),
        ),
      ]
  print({ json }, withoutRelationships(row), words)
}

async function resend(contact: string, options: ResendOptions): Promise<void> {
  const { customerId, eventId } = await changing('emails resend-welcome', async (tx, app) => {
    const operator = await findOperatorOfContact(app, contact, options)
    const id = await findContactId(app, operator, contact, options.site)
    const found = await findOne<Contact>(tx, contactRows, operator.scope.siteIds, id)
    const origin = { actor: OPERATOR, requestId: null, now: operator.scope.now }
    return resendWelcome(tx, await personOf(tx, found), origin)
  })
  const result = { customer_id: customerId, event_id: eventId }
  print(options, result, `The welcome e-mail will be sent to customer ${customerId} again.`)
}

const withoutRelationships = (row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('rel_')))
