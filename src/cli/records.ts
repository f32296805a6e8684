/** The commands of a resource that can be created, edited, archived and restored: their options are its attributes. */

import { type Command, Option } from 'commander'
import { findArchivedSites, type Owned } from '../accounts/find-accounts.ts'
import { sites } from '../accounts/sites/sites.resource.ts'
import type { App } from '../platform/app.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { pageDocument, singleDocument } from '../platform/jsonapi/document.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import { loadOne, loadPage } from '../platform/jsonapi/load.ts'
import { parseQuery, type QueryParameters } from '../platform/jsonapi/query.ts'
import { type Values, writableAttributes } from '../platform/jsonapi/read-attributes.ts'
import { isNullable, type Resource } from '../platform/jsonapi/resource.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { lockArchived, lockOne } from '../platform/records/lock-one.ts'
import {
  asOperator,
  createRecord,
  endRecord,
  type Records,
  takesSite,
  updateRecord,
  type Writing,
} from '../platform/records/records.ts'
import { parseChosenId } from '../platform/records/reserve-id.ts'
import { capitalized, withArticle } from '../platform/text/nouns.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import {
  ACCOUNT_OPTION,
  changing,
  chooseSite,
  findOperator,
  findOperatorOf,
  type Operator,
  SITE_OPTION,
  withApp,
} from './with-app.ts'

export interface RecordCommands {
  /** As in `bestow offers`. */
  name: string
  description: string
  records: Records
  /** What has the id, for finding its account. */
  what: Owned
  /** Attributes that the table of `list` shows. */
  columns: string[]
}

type Options = OutputOptions & { account?: string; site?: string; id?: string; archived?: boolean } & Record<
    string,
    unknown
  >

interface Shown {
  id: string
  attributes: Values
  relationships?: Record<string, { data?: { id: string }[] | { id: string } | null }>
}

/** @returns the group, to which others can be added */
export function recordCommands(program: Command, commands: RecordCommands): Command {
  const { name, description, records } = commands
  const { singular } = records.resource
  const command = program.command(name).description(description)
  const isOfSite = takesSite(records)
  const list = subcommand(command, 'list', `list ${name} that are not archived`)
  const create = subcommand(command, 'create', `create ${withArticle(singular)}`)
  addAttributeOptions(create, records, true)
  create.option('--id <id>', `id of the new ${singular}; left out, the server chooses it`)
  for (const each of isOfSite ? [list, create] : []) each.option(...SITE_OPTION)
  const edit = subcommand(command, 'edit <id>', `change ${withArticle(singular)}; "none" removes a value`)
  addAttributeOptions(edit, records, false)
  const archive = subcommand(command, 'archive <id>', `archive ${withArticle(singular)}`)
  const restore = subcommand(
    command,
    'restore <id>',
    `restore ${withArticle(singular)} that is archived, with changes if there are any`,
  )
  addAttributeOptions(restore, records, false)
  list.option('--archived', 'only those that are archived')
  for (const each of [list, create, edit, archive, restore]) each.option(...ACCOUNT_OPTION)
  list.action((options: Options) => runList(commands, options))
  create.action((options: Options) => runCreate(commands, options))
  edit.action((id: string, options: Options) => runEdit(commands, id, options))
  archive.action((id: string, options: Options) => runArchive(commands, id, options))
  restore.action((id: string, options: Options) => runRestore(commands, id, options))
  return command
}

function addAttributeOptions(
  command: Command,
  { resource, relationships = {} }: Records,
  isNew: boolean,
): void {
  for (const [name, { write }] of writableAttributes(resource, isNew)) {
    const option = new Option(`${optionOf(name)} <value>`, write.form)
    command.addOption(option.makeOptionMandatory(isNew && write.required === true))
  }
  for (const name of Object.keys(relationships))
    command.option(`${optionOf(name)} <ids>`, `ids of its ${name.replaceAll('_', ' ')}, separated by commas`)
}

async function runList({ name, records, columns }: RecordCommands, options: Options): Promise<void> {
  const shown = await withApp(`${name} list`, async (app) => {
    const { accountId, scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const siteIds = options.site === undefined ? scope.siteIds : [chooseSite(scope, options.site)]
    if (!options.archived) return loadAll(app.db, records.resource, { ...scope, siteIds })
    return records.table === 'sites'
      ? loadAll(app.db, sitesById, { ...scope, siteIds: await findArchivedSites(app.db, accountId) })
      : loadAll(app.db, records.resource, { ...scope, siteIds }, { 'filter[archived_eq]': 'true' })
  })
  const rows = shown.map((each) => ({
    id: each.id,
    ...Object.fromEntries(columns.map((column) => [column, cell(flatten(each)[column])])),
  }))
  print(
    options,
    shown.map(flatten),
    table(
      rows,
      options.archived
        ? `There are no archived ${name}.`
        : `There are no ${name}; create one with \`bestow ${name} create\`.`,
    ),
  )
}

const cell = (value: unknown): string => (isObject(value) ? JSON.stringify(value) : String(value ?? '-'))

/** Archived sites are in no list of the API. */
const sitesById: Resource = { ...sites, listed: undefined }

async function loadAll(
  db: Db,
  resource: Resource,
  scope: LoadScope,
  filters: QueryParameters = {},
): Promise<Shown[]> {
  const all: Shown[] = []
  for (let number = 1; ; number++) {
    const parameters = { 'page[number]': String(number), 'page[size]': '100', sort: 'id', ...filters }
    const query = parseQuery(resource, parameters, scope)
    const { data } = pageDocument(await loadPage(db, resource, query, scope), query, parameters, scope)
    all.push(...(data as Shown[]))
    if (data.length < 100) return all
  }
}

async function runCreate({ name, records }: RecordCommands, options: Options): Promise<void> {
  const once: Values = {}
  const shown = await changing(`${name} create`, async (tx, app) => {
    const isOfSite = takesSite(records)
    const operator = isOfSite
      ? await findOperatorOf(app, 'site', options.site ?? '', options.account)
      : await findOperator(app, options.account)
    const { id } = await createRecord(writingOf(app, tx, operator, once), records, {
      siteId: isOfSite ? chooseSite(operator.scope, options.site) : null,
      id: options.id === undefined ? null : parseChosenId(options.id),
      attributes: attributesIn(records, options, true),
      related: relatedIn(records, options),
    })
    const siteIds = isOfSite ? operator.scope.siteIds : [id]
    return show(tx, records, { ...operator.scope, siteIds }, id)
  })
  print(options, { ...flatten(shown), ...once }, [
    `${describe(records, shown)} was created.`,
    ...inWords(once),
  ])
}

async function runEdit({ name, records, what }: RecordCommands, id: string, options: Options): Promise<void> {
  const attributes = attributesIn(records, options, false)
  const related = relatedIn(records, options)
  if (Object.keys({ ...attributes, ...related }).length === 0)
    throw new Error(
      `Nothing to change: give one or more of the options that \`bestow ${name} edit --help\` lists.`,
    )
  const once: Values = {}
  const shown = await changing(`${name} edit`, async (tx, app) => {
    const operator = await findOperatorOf(app, what, id, options.account)
    const row = await lockOne(tx, records, operator.scope.siteIds, id)
    await updateRecord(writingOf(app, tx, operator, once), records, row, attributes, related)
    return show(tx, records, operator.scope, id)
  })
  print(options, { ...flatten(shown), ...once }, [
    `${describe(records, shown)} was changed.`,
    ...inWords(once),
  ])
}

async function runArchive(
  { name, records, what }: RecordCommands,
  id: string,
  options: Options,
): Promise<void> {
  await changing(`${name} archive`, async (tx, app) => {
    const operator = await findOperatorOf(app, what, id, options.account)
    await endRecord(writingOf(app, tx, operator), records, id)
  })
  print(options, { id, archived: true }, `${capitalized(records.resource.singular)} ${id} was archived.`)
}

async function runRestore(
  { name, records, what }: RecordCommands,
  id: string,
  options: Options,
): Promise<void> {
  const attributes = attributesIn(records, options, false)
  const related = relatedIn(records, options)
  const once: Values = {}
  const shown = await changing(`${name} restore`, async (tx, app) => {
    const operator = await findOperatorOf(app, what, id, options.account)
    const { accountId, scope } = operator
    const writing = writingOf(app, tx, operator, once)
    const row = await lockArchived(tx, records, writing, id)
    if (!row) throw new Error(`The account ${accountId} has no archived ${records.resource.singular} ${id}.`)
    await updateRecord(writing, records, row, attributes, related)
    const siteIds = takesSite(records) ? scope.siteIds : [id]
    return show(tx, records, { ...scope, siteIds }, id)
  })
  print(options, { ...flatten(shown), ...once }, [
    `${describe(records, shown)} was restored.`,
    ...inWords(once),
  ])
}

/** The attributes that the options set, as a document has them. */
function attributesIn({ resource }: Records, options: Options, isNew: boolean): Values {
  const given = writableAttributes(resource, isNew).flatMap(([name, { schema, write }]) => {
    const text = options[camelCase(name)]
    if (typeof text !== 'string') return []
    if (text === 'none' && isNullable(schema)) return [[name, null]]
    return [[name, write.fromText ? write.fromText(text) : text]]
  })
  return Object.fromEntries(given)
}

function relatedIn({ relationships = {} }: Records, options: Options): Record<string, string[]> {
  const given = Object.keys(relationships).flatMap((name) => {
    const text = options[camelCase(name)]
    if (typeof text !== 'string') return []
    const ids = text === 'none' ? [] : text.split(',').map((id) => id.trim())
    const wrong = ids.find((id) => !isId(id))
    if (wrong !== undefined)
      throw new Error(`"${wrong}" is not an id: ${optionOf(name)} takes ids separated by commas.`)
    return [[name, ids]]
  })
  return Object.fromEntries(given)
}

/** @param once gets what is shown this once */
const writingOf = (app: App, tx: Tx, { accountId, scope }: Operator, once: Values = {}): Writing => ({
  ...asOperator(app, tx, accountId, scope.siteIds),
  showOnce: (attributes) => Object.assign(once, attributes),
})

const inWords = (once: Values): string[] =>
  Object.entries(once).map(([name, value]) => `${name}, shown only once: ${value}`)

async function show(tx: Tx, { resource }: Records, scope: LoadScope, id: string): Promise<Shown> {
  const everything = { fields: {}, include: {} }
  return singleDocument(await loadOne(tx, resource, id, everything, scope), everything, scope).data as Shown
}

/** As one line of JSON has it: attributes, and ids by the names of relationships. */
function flatten({ id, attributes, relationships = {} }: Shown): Values {
  const related = Object.entries(relationships).flatMap(([name, { data }]) => {
    if (data === undefined) return []
    return [[name, Array.isArray(data) ? data.map((each) => each.id) : (data?.id ?? null)]]
  })
  return { id, ...attributes, ...Object.fromEntries(related) }
}

function describe({ resource }: Records, { id, attributes: { handle, title, name } }: Shown): string {
  const names = [handle, title ?? name].filter(Boolean)
  return `${capitalized(resource.singular)} ${id} (${names.join(', ')})`
}

/** As an option is typed. */
const optionOf = (name: string) => `--${name.replaceAll('_', '-')}`

/** As commander names the value of an option. */
const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
