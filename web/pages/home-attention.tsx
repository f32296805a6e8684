import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { startOfDay } from '../../src/platform/text/zone.ts'
import { now } from '../api/clock.ts'
import {
  listAutomationRuns,
  listBulkJobs,
  listEmails,
  listHooks,
  listImports,
  listWebhookDeliveries,
} from '../api/generated.ts'
import { listOf } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { useZone } from '../parts/dates.tsx'
import { Card } from '../parts/page.tsx'
import { State } from '../parts/state.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { plural, t } from '../texts/translate.ts'
import { useCount } from './home-count.ts'

const ATTENTION_MS = 7 * 86_400_000

/** What has failed, each with the place where it is mended. */
export function Attention() {
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
