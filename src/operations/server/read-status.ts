import { sql } from 'kysely'
import { readClock } from '../../platform/clock/clock.ts'
import type { Db } from '../../platform/db/database.ts'
import { isMigrated, unknownMigrations } from '../../platform/db/migrate.ts'
import { countJobs, type JobCounts } from '../../platform/queue/jobs.ts'
import type { Queue } from '../../platform/queue/queue.ts'
import { VERSION } from '../../platform/version.ts'
import { lastBackupAt } from '../backup/last-backup.ts'

/** A process that uses the database. */
export interface RunningProcess {
  role: 'start' | 'serve' | 'worker'
  version: string
  pid: number
  /** Address of its machine; null: this one. */
  host: string | null
  since: Date
}

export interface Status {
  version: string
  mode: 'development' | 'production'
  clock_ahead_ms: number
  processes: RunningProcess[]
  postgres: string
  /** older: `bestow migrate` has to run. newer: a newer version has migrated. */
  schema: 'current' | 'older' | 'newer'
  /** Null while the schema is older. */
  jobs: JobCounts | null
  /** When PostgreSQL last archived its log; null when it does not, or has not yet. */
  last_archived_at: Date | null
  /** When `bestow backup` last completed one; null: never, or the schema is older. */
  last_backup_at: Date | null
  /** What somebody should do something about. */
  attention: string[]
}

/** Reads how a Bestow fares from its database. Changes nothing. */
export async function readStatus(db: Db, queues: Queue[]): Promise<Status> {
  const isUsable = await isMigrated(db)
  const unknown = await unknownMigrations(db)
  const { aheadMs, isMovable } = isUsable ? await readClock(db) : { aheadMs: 0, isMovable: true }
  const { rows } = await sql<Pick<Status, 'postgres' | 'last_archived_at'> & { is_failing: boolean }>`
    select current_setting('server_version') as postgres, last_archived_time as last_archived_at,
           coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as is_failing
      from pg_stat_archiver`.execute(db)
  const { postgres, last_archived_at, is_failing } = rows[0]!
  const found: Omit<Status, 'attention'> = {
    version: VERSION,
    mode: isMovable ? 'development' : 'production',
    clock_ahead_ms: aheadMs,
    processes: await findProcesses(db),
    postgres: postgres.split(' ')[0]!,
    schema: !isUsable ? 'older' : unknown.length > 0 ? 'newer' : 'current',
    jobs: isUsable ? await countJobs(db, queues) : null,
    last_archived_at,
    last_backup_at: isUsable ? await lastBackupAt(db) : null,
  }
  return { ...found, attention: attentionOf(found, is_failing) }
}

/** By the names of their connections. */
async function findProcesses(db: Db): Promise<RunningProcess[]> {
  const { rows } = await sql<{ name: string; host: string | null; since: Date }>`
    select application_name as name, host(client_addr) as host, min(backend_start) as since
      from pg_stat_activity
     where datname = current_database() and application_name ~ '^bestow (start|serve|worker) '
     group by 1, 2 order by 3`.execute(db)
  return rows.flatMap(({ name, host, since }) => {
    const [, role, version, pid] = /^bestow (start|serve|worker) (\d\S*), process (\d+)$/.exec(name) ?? []
    return role
      ? [{ role: role as RunningProcess['role'], version: version!, pid: Number(pid), host, since }]
      : []
  })
}

function attentionOf({ processes, schema, jobs, version }: Omit<Status, 'attention'>, isFailing: boolean) {
  const failed = Object.entries(jobs?.failed ?? {}).filter(([, count]) => Number(count) > 0)
  const works = processes.some(({ role }) => role !== 'serve')
  const others = [...new Set(processes.map((one) => one.version))].filter((one) => one !== version)
  return [
    ...(schema === 'older' ? ['The database is of an older version: bestow migrate'] : []),
    ...(processes.length > 0 && !works ? ['Nothing runs background jobs: bestow worker'] : []),
    ...(others.length > 0 ? [`Processes of other versions run: ${others.join(', ')}`] : []),
    ...failed.map(([kind, count]) => `${count} failed permanently (${kind}): bestow jobs list --failed`),
    ...(isFailing ? ['PostgreSQL cannot archive its log: see pg_stat_archiver'] : []),
  ]
}
