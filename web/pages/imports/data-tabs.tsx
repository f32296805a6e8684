import { useMay } from '../../api/session.ts'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** From imports to exports and back; without the one that the user may not see. */
export function DataTabs() {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const tabs = [
    { key: 'imports', label: t('imports.imports'), to: '/s/$site/imports', permission: 'view:imports' },
    { key: 'exports', label: t('exports.exports'), to: '/s/$site/exports', permission: 'export:contacts' },
  ].filter(({ permission }) => may(permission))
  if (tabs.length < 2) return null
  return <TabLinks label={t('nav.imports')} tabs={tabs.map((tab) => ({ ...tab, params: { site } }))} />
}
