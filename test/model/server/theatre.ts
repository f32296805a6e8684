/** A server on which many stories can be told. */
import pg from 'pg'
import { type Connection, connectionConfig } from '../../../src/platform/db/database.ts'
import { makeOffer } from '../../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../../src/testing/harness.ts'
import { indexBySite } from './rows.ts'

export interface Theatre {
  h: Harness
  /** Id of an offer of another account. */
  foreignOffer: string
}

/** Its tokens outlive the waits of every story. */
export async function openTheatre(): Promise<Theatre> {
  const settings = { TOKEN_TTL: '31536000', RATE_LIMIT: '0' }
  const h = await startHarness({ settings, reach: withoutWaiting })
  await indexBySite(h.app)
  return { h, foreignOffer: await makeOffer(h.app, h.account.siteId) }
}

/** Commits do not wait for the disk: nothing is killed here, and it is most of the time that a story takes. */
export async function withoutWaiting(connection: Connection): Promise<Connection> {
  const client = new pg.Client(connectionConfig(connection))
  await client.connect()
  await client.query(`do $$ begin
    execute format('alter database %I set synchronous_commit = off', current_database());
  end $$`)
  await client.end()
  return connection
}
