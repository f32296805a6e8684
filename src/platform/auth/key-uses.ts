import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../clock/clock.ts'
import type { Db } from '../db/database.ts'
import type { TokenClaims } from './tokens.ts'

const EVERY_MS = 60_000

/** A process that has seen so many keys begins again: each of them is then written once more within the minute. */
const MOST_KEYS = 10_000

type Used = Pick<TokenClaims, 'accountId' | 'keyId'> & { familyId?: string }

export interface KeyUses {
  /**
   * Notes that a key, or a session of a user, was used. For a request it costs a look at a map: at most once a minute for each, its use is
   * written beside the request, and nobody waits for it.
   *
   * @param source IP address
   */
  note: (used: Used, source: string) => void
  /** Waits for what is being written. */
  settle: () => Promise<void>
}

/** Records when, and from where, the processes of the server have last seen each API key and each session. */
export function keyUses(db: Db, clock: Clock, log: Logger): KeyUses {
  const written = new Map<string, number>()
  const writing = new Set<Promise<void>>()
  return {
    note(used, source) {
      const name = used.keyId ?? used.familyId!
      const now = clock.now()
      if (now.getTime() - (written.get(name) ?? -EVERY_MS) < EVERY_MS) return
      if (written.size >= MOST_KEYS) written.clear()
      written.set(name, now.getTime())
      const write = (used.keyId === null ? writeUseOfSession : writeUse)(db, used, now, source)
        .catch((error) => log.warn({ err: error }, 'the use of a key or a session was not recorded'))
        .finally(() => writing.delete(write))
      writing.add(write)
    },
    settle: async () => void (await Promise.all(writing)),
  }
}

async function writeUse(db: Db, { accountId, keyId }: Used, now: Date, source: string): Promise<void> {
  await sql`
    insert into api_key_uses as u (api_key_id, account_id, used_at, used_from)
    values (${keyId}, ${accountId}, ${now}, ${source})
    on conflict (api_key_id) do update set used_at = excluded.used_at, used_from = excluded.used_from
     where u.used_at < excluded.used_at`.execute(db)
}

async function writeUseOfSession(
  db: Db,
  { accountId, familyId }: Used,
  now: Date,
  source: string,
): Promise<void> {
  await sql`
    update token_families set used_at = ${now}, used_from = ${source}
     where id = ${familyId} and account_id = ${accountId}`.execute(db)
}
