/** A server on which many scenarios can be run. */
import pg from 'pg'
import { type Connection, connectionConfig } from '../../../src/platform/db/database.ts'
import { makeOffer } from '../../../src/testing/fixtures.ts'
import { type Harness, startHarness } from '../../../src/testing/harness.ts'
import { indexBySite } from './rows.ts'

export interface TestServer {
  h: Harness
  /** Id of an offer of another account. */
  foreignOffer: string
}

/** Its tokens are valid for longer than any scenario waits. */
export async function startTestServer(): Promise<TestServer> {
  const settings = { TOKEN_TTL: '31536000', RATE_LIMIT: '0' }
  const h = await startHarness({ settings, reach: withAsynchronousCommit })
  await indexBySite(h.app)
  return { h, foreignOffer: await makeOffer(h.app, h.account.siteId) }
}

/** Commits do not wait for the disk: no process is killed here, and the disk would take most of a scenario's time. */
export async function withAsynchronousCommit(connection: Connection): Promise<Connection> {
  const client = new pg.Client(connectionConfig(connection))
  await client.connect()
  await client.query(`do $$ begin
    execute format('alter database %I set synchronous_commit = off', current_database());
  end $$`)
  await client.end()
  return connection
}
