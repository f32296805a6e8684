import { sql } from 'kysely'
import type { Db } from '../platform/db/database.ts'

export interface ListedAccount {
  id: string
  name: string
  owner_email: string
  /** Without those that are archived. */
  site_ids: string[]
}

/** All accounts of the server, the oldest first. */
export async function listAccounts(db: Db): Promise<ListedAccount[]> {
  const { rows } = await sql<ListedAccount>`
    select a.id, a.name,
           (select u.email from users u where u.account_id = a.id order by u.role_level desc, u.id limit 1) as owner_email,
           array(select s.id from sites s where s.account_id = a.id and s.archived_at is null order by s.id) as site_ids
      from accounts a order by a.id`.execute(db)
  return rows
}
