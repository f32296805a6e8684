import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { startOfDay } from '../../src/platform/text/zone.ts'
import { now } from '../api/clock.ts'
import {
  listContacts,
  listCustomers,
  listEmails,
  listGrants,
  listWebhookDeliveries,
} from '../api/generated.ts'
import { useMay } from '../api/session.ts'
import { useZone } from '../parts/dates.tsx'
import { ChevronIcon } from '../parts/icons.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { language, t, textOr } from '../texts/translate.ts'
import { useCount } from './home-count.ts'

export function Figures() {
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

function Go({ to, site, search }: { to: string; site: string; search?: Record<string, string> }) {
  return (
    <Link to={to} params={{ site }} search={search ?? {}} className="figure-link">
      {t('home.show')}
      <ChevronIcon size={14} />
    </Link>
  )
}
