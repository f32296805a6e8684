import { useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useMay } from '../../api/session.ts'
import { Heading } from '../../parts/page.tsx'
import { NotFound } from '../../parts/problem.tsx'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t } from '../../texts/translate.ts'
import { RevenueReport } from './revenue.tsx'
import { SubscriptionsReport } from './subscriptions.tsx'
import './reports.css'

const REPORTS: Record<string, { title: TextKey; permission: string; page: ComponentType }> = {
  revenue: { title: 'reports.revenue', permission: 'view:transactions', page: RevenueReport },
  subscriptions: { title: 'reports.subscriptions', permission: 'view:purchases', page: SubscriptionsReport },
}

/** Reports about sales, each with an address of its own. */
export function Reports() {
  const { report } = useParams({ strict: false }) as { report?: string }
  const { subdomain: site, title } = useCurrentSite()
  const may = useMay()
  const permitted = Object.entries(REPORTS).filter(([, { permission }]) => may(permission))
  const chosen = permitted.find(([name]) => name === (report ?? permitted[0]?.[0]))
  if (!chosen) return <NotFound />
  const [, { page: Page }] = chosen
  return (
    <>
      <Heading title={t('reports.title')} lead={title} />
      <TabLinks
        label={t('reports.title')}
        tabs={permitted.map(([name, { title }], index) => ({
          key: name,
          label: t(title),
          to: index === 0 ? '/s/$site/reports' : '/s/$site/reports/$report',
          params: { site, report: name },
        }))}
      />
      <Page />
    </>
  )
}
