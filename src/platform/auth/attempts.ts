import { sql } from 'kysely'
import type { App } from '../app.ts'
import { type Db, retryingDeadlocks, type Tx } from '../db/database.ts'
import { parseEmailAddress } from '../text/email-address.ts'

const WINDOW_MS = 15 * 60_000
const DAY_MS = 86_400_000

/** So long a network from which somebody has given the right password is known as theirs. */
const KNOWN_DAYS = 30

/**
 * How often within a quarter of an hour, each kind for itself: from one network for one person, and for one person
 * from everywhere. The first stops who guesses, and nobody else; the second stops who guesses from many networks.
 */
const MOST = {
  password: { here: 10, everywhere: 100 },
  link: { here: 5, everywhere: 15 },
  account: { here: 10, everywhere: 100 },
  token: { here: 10, everywhere: 100 },
  passkey: { here: 10, everywhere: 100 },
  user_link: { here: 20, everywhere: 20 },
  test_email: { here: 10, everywhere: 30 },
  form: { here: 10, everywhere: 30 },
  form_email: { here: 5, everywhere: 15 },
}

/** From one network, whatever it is and for whomever; forms are counted apart. */
const MOST_OF_SOURCE = 60

/** An attempt to sign in, to be sent a link, to prove a password, to get tokens with one, to submit a form, or to test the mail server. */
export interface Attempt {
  /** Who may have the same e-mail address as somebody elsewhere: the members of a site, or all users. */
  realm: `site:${string}` | 'users'
  kind: keyof typeof MOST
  /** E-mail address or id. */
  person: string
  /** IP address. */
  source: string
}

/**
 * Counts an attempt before it is looked at. The counts are in the database, so that they hold for all processes.
 *
 * Strangers cannot lock somebody out: their attempts count for their network. When too many networks try, a person
 * is refused only where they have not given the right password within 30 days, and can still be sent a link.
 *
 * @returns seconds to wait when there were too many, else 0
 */
export async function countAttempt({ db, clock }: App, attempt: Attempt): Promise<number> {
  const now = clock.now()
  const ends = new Date(now.getTime() + WINDOW_MS)
  const limits = limitsOf(attempt)
  const { rows } = await sql<{ subject: string; count: number; ends_at: Date; is_known: boolean }>`
    with counted as (
      insert into attempts as a (realm, subject, count, ends_at)
      select ${attempt.realm}, subject, 1, ${ends}::timestamptz from unnest(${Object.keys(limits).sort()}::text[]) subject
      on conflict (subject, realm) do update
         set count = case when a.ends_at <= ${now} then 1 else a.count + 1 end,
             ends_at = case when a.ends_at <= ${now} then excluded.ends_at else a.ends_at end
      returning subject, count, ends_at)
    select counted.*, exists (select from attempts k where k.realm = ${attempt.realm} and k.subject = ${knownSubject(attempt)}
                                 and k.ends_at > ${now}) as is_known from counted`.execute(db)
  const over = rows.filter(({ subject, count, is_known }) => {
    const { most, spares } = limits[subject]!
    return count > most && !(is_known && spares)
  })
  return Math.max(0, ...over.map(({ ends_at }) => Math.ceil((ends_at.getTime() - now.getTime()) / 1000)))
}

/**
 * Takes back an attempt that has succeeded: clients that get a token with each run, and an office behind one address,
 * are not refused. Remembers the network as one of this person.
 */
export async function takeBackAttempt({ db, clock }: App, attempt: Attempt): Promise<void> {
  const knownUntil = new Date(clock.now().getTime() + KNOWN_DAYS * DAY_MS)
  await retryingDeadlocks(() =>
    sql`
      with counted as (
        select subject from attempts where realm = ${attempt.realm} and subject = any (${Object.keys(limitsOf(attempt))}::text[])
         order by subject for update),
      taken_back as (
        update attempts a set count = greatest(a.count - 1, 0) from counted c
         where a.realm = ${attempt.realm} and a.subject = c.subject)
      insert into attempts (realm, subject, count, ends_at)
      values (${attempt.realm}, ${knownSubject(attempt)}, 0, ${knownUntil})
      on conflict (subject, realm) do update set ends_at = excluded.ends_at`.execute(db),
  )
}

/** By subject: how many are allowed, and whether that spares who comes from a known network. */
function limitsOf(attempt: Attempt): Record<string, { most: number; spares: boolean }> {
  const { kind, source } = attempt
  const { here, everywhere } = MOST[kind]
  return {
    [`${kind} here ${networkOf(source)} ${personOf(attempt)}`]: { most: here, spares: false },
    [`${kind} everywhere ${personOf(attempt)}`]: { most: everywhere, spares: true },
    [`${kind.startsWith('form') ? 'forms ' : ''}source ${networkOf(source)}`]: {
      most: MOST_OF_SOURCE,
      spares: false,
    },
  }
}

const knownSubject = (attempt: Attempt) => `known ${networkOf(attempt.source)} ${personOf(attempt)}`

/** Every spelling of an address counts as one. */
const personOf = ({ person }: Pick<Attempt, 'person'>) =>
  (parseEmailAddress(person) ?? person.trim()).slice(0, 254)

/** An address, or of IPv6 its first half: the other half everybody chooses for themselves. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [left = [], right = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/** Somebody by all that attempts have called them. */
interface Attempter {
  realm: Attempt['realm']
  /** E-mail addresses and ids. */
  persons: string[]
}

/** What attempts has an index by: the last word of a subject. */
const isAbout = ({ realm, persons }: Attempter) => sql<boolean>`
  substring(subject from '[^ ]+$') = any (${persons.map((person) => personOf({ person }))}::text[]) and realm = ${realm}`

/** Erases counts of attempts, and networks that are known as somebody's. */
export async function eraseAttempts(tx: Tx, attempter: Attempter): Promise<void> {
  await tx.deleteFrom('attempts').where(isAbout(attempter)).execute()
}

/** What eraseAttempts() would erase. */
export const readAttempts = (db: Db, attempter: Attempter) =>
  db
    .selectFrom('attempts')
    .select(['subject', 'count', 'ends_at'])
    .where(isAbout(attempter))
    .orderBy('subject')
    .execute()
