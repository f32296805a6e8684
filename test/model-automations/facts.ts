/** The state of a batch's sites in the database, in the lines of apply.ts. */
import type { App } from '../../src/platform/app.ts'
import type { TestSite } from './test-sites.ts'

interface EventRow {
  site_id: string
  id: string
  type: string
  contact_id: string
  resource_id: string | null
  automation_id: string | null
  depth: number
}

interface RunRow {
  site_id: string
  contact_id: string
  automation_id: string
  version: number
  event_id: string
  status: string
  reason: string | null
  steps: string[]
}

interface ContactRow {
  site_id: string
  id: string
  tags: string[]
  held: string[]
  emails: number
  calls: number
}

/** The facts of each site. */
export async function readFacts({ pool, clock }: App, sites: TestSite[]): Promise<string[][]> {
  const siteIds = [sites.map(({ siteId }) => siteId)]
  const events = bySite((await pool.query<EventRow>(EVENTS, siteIds)).rows)
  const runs = bySite((await pool.query<RunRow>(RUNS, siteIds)).rows)
  const contacts = bySite((await pool.query<ContactRow>(CONTACTS, [...siteIds, clock.now()])).rows)
  return sites.map((site) => {
    const of = <Row>(rows: Map<string, Row[]>) => rows.get(site.siteId) ?? []
    return factsOf(site, of(events), of(runs), of(contacts))
  })
}

const bySite = <Row extends { site_id: string }>(rows: Row[]) => Map.groupBy(rows, ({ site_id }) => site_id)

function factsOf(site: TestSite, events: EventRow[], runs: RunRow[], contacts: ContactRow[]): string[] {
  const nameOf = (automationId: string) => `automation ${site.automations.indexOf(automationId)}`
  const resourceOf = (id: string | null, type: string) =>
    id === null
      ? '-'
      : ([...site.named].find(([name, known]) => known === id && isFor(type, name))?.[0] ?? id)
  return contacts.flatMap(({ id, tags, held, emails, calls }, who) => {
    const ofContact = events.filter(({ contact_id }) => contact_id === id)
    return [
      ...ofContact.map(
        ({ type, resource_id, depth, automation_id }, n) =>
          `contact ${who}, event ${n}: ${type} ${resourceOf(resource_id, type)} by ${automation_id ? nameOf(automation_id) : 'request'}, depth ${depth}`,
      ),
      ...runs
        .filter(({ contact_id }) => contact_id === id)
        .map((run, n) =>
          [
            `contact ${who}, run ${n}: ${nameOf(run.automation_id)} version ${run.version} for event ${ofContact.findIndex((event) => event.id === run.event_id)}`,
            `${run.status} ${run.reason ?? '-'}: ${run.steps.join(', ')}`,
          ].join(', '),
        ),
      `contact ${who} has tags ${tags.join(', ')}; holds ${held.join(', ')}`,
      `contact ${who}: ${emails} e-mails, ${calls} calls`,
    ]
  })
}

/** Distinguishes offers and tags, which may have the same ids. */
const isFor = (type: string, name: string) => type.startsWith('tag_') === ['VIP', 'New'].includes(name)

const EVENTS = `
  select e.site_id, e.id, e.type, e.contact_id, coalesce(e.offer_id::text, e.data ->> 'tag_id') as resource_id,
         r.automation_id, e.depth
    from events e left join automation_runs r on r.id = e.run_id and r.site_id = e.site_id
   where e.site_id = any ($1) order by e.id`

const RUNS = `
  select r.site_id, r.contact_id, r.automation_id, r.version, r.event_id, r.status, r.reason,
         array(select s.action || ' ' || s.state from automation_run_steps s
                where s.run_id = r.id and s.site_id = r.site_id order by s.position) as steps
    from automation_runs r where r.site_id = any ($1) order by r.id`

const CONTACTS = `
  select c.site_id, c.id,
         array(select t.name from taggings g join contact_tags t on t.id = g.tag_id
                where g.contact_id = c.id order by t.name collate "C") as tags,
         array(select o.title from customers u join offer_grants g on g.customer_id = u.id join offers o on o.id = g.offer_id
                where u.contact_id = c.id and g.revoked_at is null and coalesce(g.expires_at > $2, true)
                order by o.title collate "C") as held,
         (select count(*)::int from emails m where m.contact_id = c.id and m.kind = 'automation') as emails,
         (select count(*)::int from webhook_deliveries d where d.contact_id = c.id) as calls
    from contacts c where c.site_id = any ($1) order by c.id`
