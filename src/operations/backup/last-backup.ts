import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'

/** Notes that a backup was completed now. */
export async function recordBackup(db: Db): Promise<void> {
  await db
    .insertInto('last_backup')
    .values({ finished_at: sql`clock_timestamp()` })
    .onConflict((conflict) => conflict.column('one').doUpdateSet({ finished_at: sql`excluded.finished_at` }))
    .execute()
}

/** When `bestow backup` last completed one, in the database's time; null: never. */
export async function lastBackupAt(db: Db): Promise<Date | null> {
  const row = await db.selectFrom('last_backup').select('finished_at').executeTakeFirst()
  return row?.finished_at ?? null
}
