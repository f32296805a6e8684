import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { startOfDay } from '../../src/platform/text/zone.ts'
import { now } from '../api/clock.ts'
import {
  getRevenueReport,
  listApiKeys,
  listAutomationRuns,
  listBulkJobs,
  listContacts,
  listCustomers,
  listEmails,
  listEvents,
  listGrants,
  listHooks,
  listImports,
  listOffers,
  listProducts,
  listWebhookDeliveries,
} from '../api/generated.ts'
import { listOf } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { useZone } from '../parts/dates.tsx'
import { EventList } from '../parts/events.tsx'
import { CheckIcon, ChevronIcon } from '../parts/icons.tsx'
import { Card, Heading } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { Together } from '../parts/together.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { language, plural, type TextKey, t, textOr } from '../texts/translate.ts'
import { Charts } from './home-charts.tsx'
import { HomeRevenue } from './home-revenue.tsx'
import './home.css'

export function Home() {
  const { title } = useCurrentSite()
  return (
    <>
      <Heading title={t('home.title')} lead={title} />
      <Together>
        <Attention />
        <Figures />
        <Revenue />
        <Checklist />
        <Charts />
        <Latest />
      </Together>
    </>
  )
}

/** How many rows a list has, without reading them. */
function useCount<Params>(
  type: string,
  fetcher: (params: Params, init: RequestInit) => Promise<{ meta: { total_count?: number } }>,
  filters: Record<string, string>,
  isEnabled = true,
): number | undefined {
  const { id } = useCurrentSite()
  // Keys are those of the account.
  const ofSite = type === 'api_keys' ? {} : { 'filter[site_id]': id }
  // Its members would be counted.
  const fields = type === 'products' ? { 'fields[products]': 'title' } : {}
  const params = { ...ofSite, ...fields, 'page[size]': 1, ...filters } as unknown as Params & object
  const { data } = useQuery({ ...listOf(type, fetcher, params), enabled: isEnabled })
  return (data as { meta?: { total_count?: number } } | undefined)?.meta?.total_count
}

const ATTENTION_MS = 7 * 86_400_000

/** What has failed, each with the place where it is mended. */
function Attention() {
  const may = useMay()
  const { subdomain: site } = useCurrentSite()
  const emails = useCount('emails', listEmails, { 'filter[status]': 'failed' }, may('view:emails'))
  const deliveries = useCount(
    'webhook_deliveries',
    listWebhookDeliveries,
    { 'filter[status]': 'failed' },
    may('view:hooks'),
  )
  const runs = useCount(
    'automation_runs',
    listAutomationRuns,
    { 'filter[status]': 'failed' },
    may('view:automations'),
  )
  const hooks = useDisabledHooks()
  const zone = useZone()
  // What failed in one of them stays in it, also once it was done in another way.
  const lately = {
    'filter[created_at_gteq]': startOfDay(zone, new Date(now() - ATTENTION_MS)).toISOString(),
  }
  const withFailures = { 'filter[failed_gt]': '0', ...lately }
  const withRejected = { 'filter[rejected_gt]': '0', ...lately }
  const jobs = useCount('bulk_jobs', listBulkJobs, withFailures, may('view:bulk_jobs'))
  const imports = useCount('imports', listImports, withRejected, may('view:imports'))
  const lines: [number | undefined, string, ReactNode][] = [
    [
      hooks,
      'home.disabledHooks',
      <Link key="l" to="/s/$site/webhooks" params={{ site }}>
        {t('home.seeHooks')}
      </Link>,
    ],
    [
      emails,
      'home.failedEmails',
      <Link key="l" to="/s/$site/emails" params={{ site }} search={{ 'filter[status]': 'failed' }}>
        {t('home.seeEmails')}
      </Link>,
    ],
    [
      deliveries,
      'home.failedDeliveries',
      <Link key="l" to="/s/$site/deliveries" params={{ site }} search={{ 'filter[status]': 'failed' }}>
        {t('home.replay')}
      </Link>,
    ],
    [
      runs,
      'home.failedRuns',
      <Link
        key="l"
        to="/s/$site/automations/runs"
        params={{ site }}
        search={{ 'filter[status]': 'failed' } as never}
      >
        {t('home.seeRuns')}
      </Link>,
    ],
    [
      jobs,
      'home.failedJobs',
      <Link key="l" to="/s/$site/bulk-jobs" params={{ site }} search={withFailures as never}>
        {t('home.seeJobs')}
      </Link>,
    ],
    [
      imports,
      'home.failedImports',
      <Link key="l" to="/s/$site/imports" params={{ site }} search={withRejected as never}>
        {t('home.seeImports')}
      </Link>,
    ],
  ]
  const failed = lines.filter(([count]) => count)
  if (failed.length === 0) return null
  return (
    <Card title={t('home.attention')}>
      <ul className="lines">
        {failed.map(([count, key, link]) => (
          <li key={key} className="line">
            <State tone="bad">{plural(key, count!)}</State>
            {link}
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** How many webhooks were disabled because they failed; a site has at most 200. */
function useDisabledHooks(): number | undefined {
  const { id } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('hooks', listHooks, {
      'filter[site_id]': id,
      'page[size]': 200,
      'fields[hooks]': 'disabled_reason',
    } as Parameters<typeof listHooks>[0] & object),
    enabled: may('view:hooks'),
  })
  return data?.data.filter(({ attributes }) => attributes.disabled_reason === 'failing').length
}

function Figures() {
  const { subdomain: site } = useCurrentSite()
  const zone = useZone()
  const since = { 'filter[created_at_gteq]': startOfDay(zone, new Date(now())).toISOString() }
  const grants = useCount('grants', listGrants, since)
  const customers = useCount('customers', listCustomers, since)
  const contacts = useCount('contacts', listContacts, {})
  const active = useCount('customers', listCustomers, {})
  const figures: [string, number | undefined, ReactNode][] = [
    [
      t('home.grantsToday'),
      grants,
      <Go
        key="g"
        to="/s/$site/activity"
        site={site}
        search={{ 'filter[event]': 'offer_granted', ...since }}
      />,
    ],
    [
      t('home.newCustomers'),
      customers,
      <Go
        key="g"
        to="/s/$site/activity"
        site={site}
        search={{ 'filter[event]': 'customer_created', ...since }}
      />,
    ],
    [t('home.contacts'), contacts, <Go key="g" to="/s/$site/contacts" site={site} />],
    // No filter of contacts has all of them.
    [t('home.customers'), active, null],
  ]
  return (
    <ul className="figures">
      {figures.map(([name, value, link]) => (
        <li key={name} className="card">
          <span className="figure-name">{name}</span>
          <span className="figure">{value?.toLocaleString(language) ?? '…'}</span>
          {link}
        </li>
      ))}
      <StatesToday
        type="emails"
        title={t('home.emailsToday')}
        fetcher={listEmails}
        permission="view:emails"
        to="/s/$site/emails"
        states={['sent', 'kept', 'pending', 'failed']}
        since={since}
      />
      <StatesToday
        type="webhook_deliveries"
        title={t('home.deliveriesToday')}
        fetcher={listWebhookDeliveries}
        permission="view:hooks"
        to="/s/$site/deliveries"
        states={['delivered', 'pending', 'failed']}
        since={since}
      />
    </ul>
  )
}

interface StatesTodayProps<Params> {
  type: string
  title: string
  fetcher: Parameters<typeof useCount<Params>>[1]
  permission: string
  to: string
  states: string[]
  since: Record<string, string>
}

/** How many of today there are, and in which states, each with the list of them. */
function StatesToday<Params>({ permission, ...of }: StatesTodayProps<Params>) {
  return useMay()(permission) ? <CountsByState {...of} /> : null
}

function CountsByState<Params>({
  type,
  title,
  fetcher,
  to,
  states,
  since,
}: Omit<StatesTodayProps<Params>, 'permission'>) {
  const { subdomain: site } = useCurrentSite()
  const all = useCount(type, fetcher, since)
  return (
    <li className="card">
      <span className="figure-name">{title}</span>
      <span className="figure">{all?.toLocaleString(language) ?? '…'}</span>
      {all !== undefined && all > 0 && (
        <ul className="figure-states">
          {states.map((status) => (
            <CountOfState
              key={status}
              type={type}
              fetcher={fetcher}
              status={status}
              to={to}
              site={site}
              since={since}
            />
          ))}
        </ul>
      )}
      <Go to={to} site={site} search={since} />
    </li>
  )
}

/** A state that some of today are in. */
function CountOfState<Params>({
  type,
  fetcher,
  status,
  to,
  site,
  since,
}: Pick<StatesTodayProps<Params>, 'type' | 'fetcher' | 'to' | 'since'> & { status: string; site: string }) {
  const filters = { 'filter[status]': status, ...since }
  const count = useCount(type, fetcher, filters)
  if (!count) return null
  return (
    <li>
      <Link to={to} params={{ site }} search={filters}>
        {textOr(`status.${status}`, status)}
      </Link>{' '}
      {count.toLocaleString(language)}
    </li>
  )
}

/** Of a site that has sold something in the last 30 days. */
function Revenue() {
  const { id } = useCurrentSite()
  const params = { 'filter[site_id]': id }
  const { data } = useQuery({
    queryKey: ['reports', 'revenue', params],
    queryFn: ({ signal }) => getRevenueReport(params, { signal }),
    enabled: useMay()('view:transactions'),
  })
  const report = data?.data.attributes
  return report && report.totals.length > 0 ? <HomeRevenue report={report} /> : null
}

function Go({ to, site, search }: { to: string; site: string; search?: Record<string, string> }) {
  return (
    <Link to={to} params={{ site }} search={search ?? {}} className="figure-link">
      {t('home.show')}
      <ChevronIcon size={14} />
    </Link>
  )
}

interface FirstStep {
  text: TextKey
  count: number | undefined
  to: string
}

/** What a new site needs until its first grant: each line completes itself. What a role forbids is left out. */
function Checklist() {
  const may = useMay()
  const steps = [
    useFirstStep('home.stepProduct', 'products', listProducts, '/s/$site/products'),
    useFirstStep('home.stepOffer', 'offers', listOffers, '/s/$site/offers'),
    useFirstStep('home.stepContact', 'contacts', listContacts, '/s/$site/contacts'),
    useFirstStep('home.stepGrant', 'grants', listGrants, '/s/$site/contacts'),
    useFirstStep('home.stepKey', 'api_keys', listApiKeys, '/account/keys'),
    useFirstStep('home.stepHook', 'hooks', listHooks, '/s/$site/webhooks'),
  ].filter(({ type }) => may(`view:${type}`))
  const isKnown = steps.every(({ count }) => count !== undefined)
  if (!isKnown || steps.every(({ count }) => count! > 0)) return null
  return <OpenSteps steps={steps} />
}

function useFirstStep<Params>(
  text: TextKey,
  type: string,
  fetcher: Parameters<typeof useCount<Params>>[1],
  to: string,
): FirstStep & { type: string } {
  const may = useMay()
  return { text, type, to, count: useCount(type, fetcher, {}, may(`view:${type}`)) }
}

function OpenSteps({ steps }: { steps: FirstStep[] }) {
  const { subdomain: site } = useCurrentSite()
  return (
    <Card title={t('home.checklist')}>
      <ol className="lines">
        {steps.map(({ text, count, to }) => (
          <li key={text} className="line">
            {count! > 0 ? (
              <State tone="good" icon={<CheckIcon size={15} />}>
                {t('home.done')}
              </State>
            ) : (
              <State tone="plain">{t('home.open')}</State>
            )}
            <Link to={to} params={{ site }}>
              {t(text)}
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Latest() {
  const { id, subdomain: site } = useCurrentSite()
  const may = useMay()
  const query = useQuery({
    ...listOf('events', listEvents, {
      'filter[site_id]': id,
      sort: '-id',
      'page[size]': 8,
      include: 'contact,offer',
    }),
    enabled: may('view:events'),
  })
  if (!may('view:events')) return null
  return (
    <Card
      title={t('home.latest')}
      action={
        <Link to="/s/$site/activity" params={{ site }}>
          {t('home.allActivity')}
        </Link>
      }
    >
      <EventList document={query.data} showContact />
    </Card>
  )
}
