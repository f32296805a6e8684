/** Creates a site for each scenario of a batch, with its offers and tags; all of one account. */
import type { App } from '../../src/platform/app.ts'
import { OFFERS, TAGS } from './commands.ts'

/** The site of a scenario, with the ids of offers and tags by their names, and of the others in the order of creation. */
export interface TestSite {
  accountId: string
  siteId: string
  named: Map<string, string>
  contacts: string[]
  automations: string[]
  templateId: string
  hookId: string
}

/** Creates all sites with a few statements: otherwise it would take most of a scenario's time. */
export async function createTestSites({ pool, clock }: App, count: number): Promise<TestSite[]> {
  const now = clock.now()
  const { rows } = await pool.query<{ id: string; account_id: string }>(
    `with made as (insert into accounts (name, created_at) values ('Batch', $1) returning id)
     insert into sites (account_id, title, subdomain, created_at, updated_at)
     select id, 'Scenario', 'scenario' || id || '-' || n, $1, $1 from made, generate_series(1, $2::int) n
     returning id, account_id`,
    [now, count],
  )
  const sites = new Map(
    rows.map(({ id: siteId, account_id: accountId }): [string, TestSite] => [
      siteId,
      { accountId, siteId, named: new Map(), contacts: [], automations: [], templateId: '', hookId: '' },
    ]),
  )
  const make = async (
    statement: string,
    use: (site: TestSite, id: string, name: string) => void,
    ...values: unknown[]
  ): Promise<void> => {
    const made = await pool.query<{ site_id: string; id: string; name: string }>(statement, [
      [...sites.keys()],
      now,
      ...values,
    ])
    for (const { site_id, id, name } of made.rows) use(sites.get(site_id)!, id, name)
  }
  await make(
    `insert into offers (site_id, title, token, access_days, created_at, updated_at)
     select s, title, title, case title when 'Trial' then 1 end, $2, $2
       from unnest($1::bigint[]) s, unnest($3::text[]) with ordinality o (title, n) order by s, n
     returning site_id, id, title as name`,
    ({ named }, id, name) => named.set(name, id),
    OFFERS,
  )
  await make(
    `insert into contact_tags (site_id, name, created_at, updated_at)
     select s, name, $2, $2 from unnest($1::bigint[]) s, unnest($3::text[]) name returning site_id, id, name`,
    ({ named }, id, name) => named.set(name, id),
    TAGS,
  )
  await make(
    `insert into contacts (site_id, email, created_at, updated_at)
     select s, 'first@example.com', $2, $2 from unnest($1::bigint[]) s returning site_id, id`,
    ({ contacts }, id) => contacts.push(id),
  )
  await make(
    `insert into email_templates (site_id, kind, name, created_at, updated_at)
     select s, 'automation', 'Words', $2, $2 from unnest($1::bigint[]) s returning site_id, id`,
    (site, id) => {
      site.templateId = id
    },
  )
  await make(
    `insert into hooks (site_id, event, target_url, secret, created_at, updated_at)
     select s, 'automation', 'http://127.0.0.1:9/', '', $2, $2 from unnest($1::bigint[]) s returning site_id, id`,
    (site, id) => {
      site.hookId = id
    },
  )
  return [...sites.values()]
}
