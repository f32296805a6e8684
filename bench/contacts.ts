import type { App } from '../src/platform/app.ts'
import type { Numbers } from './load/load.ts'

/** The contacts of a site; their ids follow one another, and so do the numbers in their e-mails, from 1 on. */
export interface Contacts {
  /** Adds contacts, and does nothing that would make PostgreSQL plan its statements again. */
  add: (count: number) => Promise<void>
  /** Adds contacts, and leaves the database as it is a minute later: analysed and idle. */
  fill: (count: number) => Promise<void>
  /** Removes and returns all remaining contacts without grants. */
  take: () => Numbers
}

const FIRST_NAMES = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Emeka', 'Fatima', 'Grace', 'Hiro', 'Inés', 'Jonas']
// One more than of the others, so that all pairs occur.
const LAST_NAMES = [
  ...['Lovelace', 'Carter', 'Dubois', 'Ivanov', 'Okafor', 'Haddad'],
  ...['Hopper', 'Tanaka', 'García', 'Lindqvist', 'Moreau'],
]

export function contactsOf({ pool }: App, siteId: string): Contacts {
  let [first, added, taken] = [0, 0, 0]

  const add = async (count: number) => {
    const { rows } = await pool.query<{ first: number }>(
      `with added as (
         insert into contacts (site_id, name, email, subscribed, created_at, updated_at)
         select $1, ($2::text[])[1 + n % $3] || ' ' || ($4::text[])[1 + n % $5], 'person' || n || '@example.com',
                n % 2 = 0, now() - make_interval(secs => n), now()
           from generate_series($6::int, $7::int) n
         returning id
       ) select min(id)::int as first from added`,
      [siteId, FIRST_NAMES, FIRST_NAMES.length, LAST_NAMES, LAST_NAMES.length, added + 1, added + count],
    )
    if (added === 0) first = rows[0]!.first
    added += count
  }

  return {
    add,
    async fill(count) {
      // Creating an index after all rows takes a fraction of the time.
      const { rows } = await pool.query<{ definition: string }>(
        `select pg_get_indexdef('contacts_search'::regclass) as definition`,
      )
      await pool.query('drop index contacts_search')
      await add(count)
      await pool.query(rows[0]!.definition)
      await pool.query('vacuum (analyze)')
      await pool.query('checkpoint')
    },
    take() {
      const numbers = { first: first + taken, count: added - taken, step: 1 }
      taken = added
      return numbers
    },
  }
}
