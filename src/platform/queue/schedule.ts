import { type RawBuilder, sql } from 'kysely'
import type { App } from '../app.ts'
import type { BackgroundTask, Schedule } from './queue.ts'

/** When the first of all that waits for its time is due; null when nothing waits. */
export async function nextDue({ db, clock }: App, tasks: BackgroundTask[]): Promise<Date | null> {
  const now = clock.now()
  const firsts = schedulesOf(tasks).map(
    ({ table, isOpen, dueAt }) =>
      sql`select min(${sql.ref(dueAt)}) as due from ${sql.table(table)} where ${isOpen} and ${sql.ref(dueAt)} > ${now}`,
  )
  const { rows } = await sql<{ due: Date | null }>`
    select min(due) as due from (${sql.join(firsts, sql` union all `)}) w`.execute(db)
  return rows[0]!.due
}

/** Whether something is due, or leased by a process. Failed work waits for its retry. */
export async function isInProgress({ db, clock }: App, tasks: BackgroundTask[]): Promise<boolean> {
  const now = clock.now()
  const conditions = schedulesOf(tasks).map(
    (schedule) => sql`exists (select from ${sql.table(schedule.table)} where ${inProgress(schedule, now)})`,
  )
  const { rows } = await sql<{ open: boolean }>`select ${sql.join(conditions, sql` or `)} as open`.execute(db)
  return rows[0]!.open
}

/** The names of the tasks that something is due for, or leased by a process. */
export async function tasksInProgress(app: App, tasks: BackgroundTask[]): Promise<string[]> {
  const names: string[] = []
  for (const task of tasks) if (task.schedule && (await isInProgress(app, [task]))) names.push(task.name)
  return names
}

const schedulesOf = (tasks: BackgroundTask[]) => tasks.flatMap(({ schedule }) => schedule ?? [])

function inProgress(schedule: Schedule, now: Date): RawBuilder<unknown> {
  const dueAt = sql.ref(schedule.dueAt)
  return schedule.isInProgress ?? sql`${schedule.isOpen} and (${dueAt} is null or ${dueAt} <= ${now})`
}
