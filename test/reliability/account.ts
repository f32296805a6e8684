import pg from 'pg'
import { bestow } from '../launch.ts'
import { fleetSettings } from './fleet.ts'

export interface TrialAccount {
  siteId: string
  clientId: string
  clientSecret: string
  /** Ids of offers that can be granted. */
  offers: string[]
  /** Those of them that are gift offers: each grant sends an e-mail. */
  gifts: string[]
}

const OFFERS = 6
const GIFTS = 2

/** Creates an account with the command line, and its offers, on a database that may still be empty. */
export async function makeAccount(databaseUrl: string): Promise<TrialAccount> {
  const made = await bestowJson(
    databaseUrl,
    ...['accounts', 'create', '--name', 'Trial', '--owner', 'Olivia', '--email', 'olivia@example.com'],
    ...['--site', 'Trial', '--subdomain', 'trial'],
  )
  const offers = await makeOffers(databaseUrl, made.site_id!)
  return {
    siteId: made.site_id!,
    clientId: made.client_id!,
    clientSecret: made.client_secret!,
    offers: offers.map(({ id }) => id),
    gifts: offers.filter(({ is_gift }) => is_gift).map(({ id }) => id),
  }
}

/** The output of a command with --json, whatever its exit code. */
export async function bestowJson(databaseUrl: string, ...args: string[]) {
  const settings = fleetSettings(databaseUrl)
  const { code, stdout, stderr } = await bestow([...args, '--json'], settings)
  if (stdout === '') throw new Error(`bestow ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

/** Inserted directly, so that some of them are gift offers. */
async function makeOffers(
  connectionString: string,
  siteId: string,
): Promise<{ id: string; is_gift: boolean }[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<{ id: string; is_gift: boolean }>(
    `insert into offers (site_id, title, token, is_gift, published_at, created_at, updated_at)
     select $1, 'Offer ' || n, 'offer-' || n, n > $2::int - $3::int, now(), now(), now()
       from generate_series(1, $2::int) n
     returning id, is_gift`,
    [siteId, OFFERS, GIFTS],
  )
  await client.end()
  return rows
}

/** An access token of the account, from one of its servers. */
export async function fetchToken(url: string, { clientId, clientSecret }: TrialAccount): Promise<string> {
  const response = await fetch(`${url}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}
