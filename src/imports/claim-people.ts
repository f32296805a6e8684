import { sql } from 'kysely'
import { type LastingCaller, stillMay } from '../accounts/still-may.ts'
import type { App } from '../platform/app.ts'
import { anyOf, type Tx } from '../platform/db/database.ts'
import { unescapeFormula } from '../platform/text/csv.ts'
import type { ColumnFields } from './columns.ts'
import type { MissingField } from './custom-columns.ts'
import type { Findings } from './findings.ts'
import type { ImportContext, ImportKind, ImportRow, ImportSettings, Plan } from './import-kind.ts'
import { needsOf } from './import-permissions.ts'
import { kindNamed } from './kinds.ts'
import { readCell } from './reading/read-cell.ts'
import { finishImport } from './record-outcomes.ts'

/** An import that is locked. */
export interface ClaimedImport extends ImportContext {
  kind: ImportKind
  total: number
  done: number
  counts: Record<string, number>
}

/** The rows about one person, in their order, with their import. */
export interface ClaimedPerson {
  rows: ImportRow[]
  job: ClaimedImport
}

/** In the plan: the fields of the columns, and those of them that the import creates. */
interface ResolvedColumns {
  fields: ColumnFields
  missing_fields: MissingField[]
}

interface ImportRecord {
  id: string
  site_id: string
  account_id: string
  time_zone: string
  subdomain: string
  kind: string
  is_dry_run: boolean
  header: string[]
  fields: ColumnFields
  settings: ImportSettings
  plan: Plan & Partial<ResolvedColumns>
  findings: Findings
  source: 'api' | 'cli'
  actor: string
  caller: LastingCaller | null
  total: number
  done: number
  counts: Record<string, number>
}

/**
 * Locks the import of these statuses whose latest batch is longest ago, until the transaction ends. Imports that others
 * work on are skipped, and those whose caller has lost its permission are cancelled.
 */
export async function claimImport(
  tx: Tx,
  app: App,
  status: 'pending' | 'running',
): Promise<ClaimedImport | null> {
  for (;;) {
    const { rows } = await sql<ImportRecord>`
      select i.*, s.account_id, s.time_zone, s.subdomain from imports i join sites s on s.id = i.site_id
       where i.status = ${status} order by i.due_at limit 1 for no key update of i skip locked`.execute(tx)
    const [row] = rows
    if (!row) return null
    const claimed = await claimedOf(tx, app, row)
    if (row.caller === null || (await stillMay(tx, row.caller, needsOf(claimed.kind)))) return claimed
    await finishImport(tx, claimed, { status: 'cancelled', reason: 'permission_lost' })
  }
}

async function claimedOf(tx: Tx, app: App, row: ImportRecord): Promise<ClaimedImport> {
  const { id, site_id, account_id, kind, is_dry_run, time_zone, subdomain, ...others } = row
  const { header, fields, settings, plan, findings, source, total, done, counts } = others
  const sites = await tx.selectFrom('sites').select('id').where('account_id', '=', account_id).execute()
  return {
    app,
    id,
    siteId: site_id,
    subdomain,
    accountId: account_id,
    siteIds: sites.map((site) => site.id),
    kind: kindNamed(kind),
    isDryRun: is_dry_run,
    ...{ header, settings, plan, findings, source, total, done, counts },
    fields: plan.fields ?? fields,
    missingFields: plan.missing_fields ?? [],
    dates: { order: settings.date_order, zone: time_zone },
    // By its request the events of an import are found again.
    origin: { actor: row.actor, requestId: `import:${id}`, now: app.clock.now() },
  }
}

interface RowRecord {
  id: string
  position: number
  line: number
  cells: string[]
  leader: number | null
}

/** Claims the rows about the next people of an import that runs, so many people. */
export async function claimPeople(tx: Tx, app: App, limit: number): Promise<ClaimedPerson[]> {
  for (;;) {
    const job = await claimImport(tx, app, 'running')
    if (job === null) return []
    const people = await nextPeople(tx, job, limit)
    if (people.length > 0) return people
    await finishImport(tx, job, { status: 'completed' })
  }
}

async function nextPeople(tx: Tx, job: ClaimedImport, limit: number): Promise<ClaimedPerson[]> {
  const { rows: first } = await sql<RowRecord>`
    select id, position, line, cells, leader from import_rows
     where import_id = ${job.id} and status = 'pending' and leader is null and site_id = ${job.siteId}
     order by position limit ${limit} for no key update`.execute(tx)
  if (first.length === 0) return []
  const positions = first.map(({ position }) => String(position))
  const { rows: others } = await sql<RowRecord>`
    select id, position, line, cells, leader from import_rows
     where import_id = ${job.id} and leader = ${anyOf(positions)} and site_id = ${job.siteId} and status = 'pending'
     order by position for no key update`.execute(tx)
  const byLeader = Map.groupBy(others, ({ leader }) => leader)
  return first.map((row) => ({
    job,
    rows: [row, ...(byLeader.get(row.position) ?? [])].map((one) => rowOf(job, one)),
  }))
}

function rowOf({ header, fields }: ClaimedImport, { id, position, line, cells }: RowRecord): ImportRow {
  const values: Record<string, string> = {}
  const raw: Record<string, string> = {}
  for (const [index, field] of fields.entries()) {
    if (field === null) continue
    const value = readCell(cells[index])
    if (value === '') continue
    values[field] = value
    raw[field] = unescapeFormula(cells[index]!.trim())
  }
  const hasExtraCells = cells.slice(header.length).some((cell) => readCell(cell) !== '')
  return { id, position, line, hasExtraCells, values, raw }
}
