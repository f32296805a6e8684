import { useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useMay } from '../../api/session.ts'
import { onDemand } from '../../parts/on-demand.tsx'
import { Heading } from '../../parts/page.tsx'
import { NotFound } from '../../parts/problem.tsx'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t, withTexts } from '../../texts/translate.ts'
import { DomainSettings } from './domain.tsx'
import { EmailSettings } from './emails.tsx'
import { ServerSettings } from './server.tsx'
import { SiteSettings } from './site.tsx'
import './settings.css'

const PaymentSettings = onDemand(
  async () => (await withTexts('sales', import('./payments/payments.tsx'))).PaymentSettings,
)

const SECTIONS: Record<string, { title: TextKey; page: ComponentType }> = {
  site: { title: 'settings.site', page: SiteSettings },
  domain: { title: 'settings.domain', page: DomainSettings },
  emails: { title: 'settings.emails', page: EmailSettings },
  payments: { title: 'settings.payments', page: PaymentSettings },
  server: { title: 'settings.server', page: ServerSettings },
}

/** The settings of the site, and what an owner needs to know of those of the server. */
export function Settings() {
  const { section } = useParams({ strict: false }) as { section: string }
  const { subdomain, title } = useCurrentSite()
  const may = useMay()
  const chosen = SECTIONS[section]
  if (!chosen || !may('manage:sites')) return <NotFound />
  const Page = chosen.page
  return (
    <>
      <Heading title={t('settings.title')} lead={title} />
      <TabLinks
        label={t('settings.sections')}
        tabs={Object.entries(SECTIONS).map(([key, { title }]) => ({
          key,
          label: t(title),
          to: '/s/$site/settings/$section',
          params: { site: subdomain, section: key },
        }))}
      />
      <div className="narrow">
        <Page />
      </div>
    </>
  )
}
