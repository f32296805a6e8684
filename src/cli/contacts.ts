import type { Command } from 'commander'
import { merging as modules } from '../merging.ts'
import { type Alias, aliasesOf, releaseAlias } from '../people/contacts/aliases-of.ts'
import { parseContactAttributes, valuesOfNew } from '../people/contacts/contact-attributes.ts'
import { type Contact, contactRows, contacts } from '../people/contacts/contacts.resource.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import { exportContact } from '../people/contacts/export-contact.ts'
import { findContactByEmail } from '../people/contacts/find-contact.ts'
import { describeMerge, type Moved, mergeContacts } from '../people/contacts/merge-contacts.ts'
import { personalData } from '../personal-data.ts'
import type { App } from '../platform/app.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { parseChosenId, reserveId } from '../platform/records/reserve-id.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { escapeControls } from './terminal.ts'
import {
  ACCOUNT_OPTION,
  changing,
  chooseSite,
  findOperatorOf,
  OPERATOR,
  type Operator,
  SITE_OPTION,
  withApp,
} from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
}

export function contactCommands(program: Command): void {
  const command = program.command('contacts').description('contacts')
  subcommand(command, 'create', 'create a contact')
    .requiredOption('--email <address>')
    .option('--name <name>')
    .option('--id <id>', 'id of the new contact; left out, the server chooses it')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(create)
  subcommand(command, 'find <text>', 'find contacts by e-mail or name, an exact e-mail first')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(find)
  subcommand(command, 'aliases <contact>', 'list the former addresses that find a contact (id or e-mail)')
    .option('--release <address>', 'release one: it no longer finds the contact')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(aliases)
  subcommand(
    command,
    'merge <contact> <other>',
    'move everything of the other contact (id or e-mail) to a contact',
  )
    .option('--dry-run', 'print what would happen, and change nothing')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(merge)
  subcommand(
    command,
    'export <contact>',
    'print everything that is kept about a contact as JSON; the contact by id or e-mail',
  )
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(exportOne)
}

async function create({
  json,
  account,
  site,
  email,
  name,
  id: chosen,
}: Options & { email: string; name?: string; id?: string }): Promise<void> {
  const made = await changing('contacts create', async (tx, app) => {
    const { scope } = await findOperatorOf(app, 'site', site ?? '', account)
    const values = valuesOfNew(parseContactAttributes({ email, ...(name !== undefined && { name }) }))
    const origin = { actor: OPERATOR, requestId: null, now: scope.now }
    const siteId = chooseSite(scope, site)
    const newId = chosen === undefined ? null : parseChosenId(chosen)
    if (newId !== null) await reserveId(tx, 'contacts', scope.siteIds, newId)
    const id = await createContact(tx, siteId, { ...values, ...(newId !== null && { id: newId }) }, origin)
    return { id, email: values.email!, name: values.name ?? '' }
  })
  print({ json }, made, `Contact ${made.id}: ${made.email}`)
}

async function find(text: string, { json, account, site }: Options): Promise<void> {
  const found = await withApp('contacts find', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', site ?? '', account)
    const parameters = {
      'filter[search]': text,
      'filter[site_id]': chooseSite(scope, site),
      'page[size]': '100',
    }
    return (await loadPage(app.db, contacts, parseQuery(contacts, parameters, scope), scope)).primary.rows
  })
  const rows = found.map(({ id, email, name, rel_customer }) => ({
    id,
    email: String(email),
    name: String(name),
    customer: String(rel_customer ?? '-'),
  }))
  print({ json }, rows, table(rows, `No contact has "${text}" in its name or e-mail.`))
}

/** Undoes a merge that was to be looked at only. */
class DryRun extends Error {}

async function merge(
  contact: string,
  other: string,
  { json, account, site, dryRun = false }: Options & { dryRun?: boolean },
): Promise<void> {
  let sentences: string[] = []
  let moved: Moved = {}
  const merging = changing('contacts merge', async (tx, app) => {
    const operator = await findOperatorOfContact(app, contact, { account, site })
    const { siteIds, now } = operator.scope
    const intoId = await findContactId(app, operator, contact, site)
    const fromId = await findContactId(app, operator, other, site)
    const origin = { actor: OPERATOR, requestId: null, now }
    moved = await mergeContacts(tx, siteIds, { intoId, fromId }, origin, modules)
    sentences = describeMerge(moved, { intoId, fromId })
    if (dryRun) throw new DryRun()
  })
  await merging.catch((error: unknown) => {
    if (!(error instanceof DryRun)) throw error
  })
  const words = [...sentences, ...(dryRun ? ['Nothing was changed.'] : [])]
  print({ json }, { dry_run: dryRun, moved, sentences }, words)
}

async function aliases(
  contact: string,
  { json, account, site, release }: Options & { release?: string },
): Promise<void> {
  const rows = await changing('contacts aliases', async (tx, app) => {
    const operator = await findOperatorOfContact(app, contact, { account, site })
    const { siteIds } = operator.scope
    const id = await findContactId(app, operator, contact, site)
    const { site_id } = await findOne<Contact>(tx, contactRows, siteIds, id)
    if (release !== undefined) await releaseAlias(tx, site_id, id, release)
    return aliasesOf(tx, site_id, id)
  })
  print({ json }, rows, table(rows.map(asTexts), 'The contact has no aliases.'))
}

const asTexts = ({ email, reason, created_at }: Alias) => ({
  email,
  reason,
  since: created_at.toISOString(),
})

async function exportOne(contact: string, { json, account, site }: Options): Promise<void> {
  const exported = await withApp('contacts export', async (app) => {
    const operator = await findOperatorOfContact(app, contact, { account, site })
    const id = await findContactId(app, operator, contact, site)
    return exportContact(app, operator.scope.siteIds, id, personalData)
  })
  print({ json }, exported, escapeControls(JSON.stringify(exported, null, 2)))
}

/** The account that has a contact, which is given by its id or its e-mail. */
export const findOperatorOfContact = (
  app: App,
  contact: string,
  { account, site = '' }: { account?: string; site?: string },
): Promise<Operator> =>
  isId(contact)
    ? findOperatorOf(app, 'contact', contact, account)
    : findOperatorOf(app, 'site', site, account)

/** A contact by its id or its exact e-mail. */
export async function findContactId(
  app: App,
  { scope }: Operator,
  given: string,
  site?: string,
): Promise<string> {
  if (isId(given)) return given
  const id = await findContactByEmail(app.db, chooseSite(scope, site), given)
  if (id === null) throw new Error(`There is no contact with the e-mail ${given}.`)
  return id
}
