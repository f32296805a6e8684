import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import {
  getRevenueReport,
  listApiKeys,
  listContacts,
  listEvents,
  listGrants,
  listHooks,
  listOffers,
  listProducts,
} from '../api/generated.ts'
import { listOf, UNCOUNTED } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { EventList } from '../parts/events.tsx'
import { CheckIcon } from '../parts/icons.tsx'
import { Card, Heading } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { Together } from '../parts/together.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { type TextKey, t } from '../texts/translate.ts'
import { Attention } from './home-attention.tsx'
import { Charts } from './home-charts.tsx'
import { useHasAny } from './home-count.ts'
import { Figures } from './home-figures.tsx'
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

interface FirstStep {
  text: TextKey
  isDone: boolean | undefined
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
  const isKnown = steps.every(({ isDone }) => isDone !== undefined)
  if (!isKnown || steps.every(({ isDone }) => isDone)) return null
  return <OpenSteps steps={steps} />
}

function useFirstStep<Params>(
  text: TextKey,
  type: string,
  fetcher: Parameters<typeof useHasAny<Params>>[1],
  to: string,
): FirstStep & { type: string } {
  const may = useMay()
  return { text, type, to, isDone: useHasAny(type, fetcher, may(`view:${type}`)) }
}

function OpenSteps({ steps }: { steps: FirstStep[] }) {
  const { subdomain: site } = useCurrentSite()
  return (
    <Card title={t('home.checklist')}>
      <ol className="lines">
        {steps.map(({ text, isDone, to }) => (
          <li key={text} className="line">
            {isDone ? (
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
      ...UNCOUNTED,
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
