import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { sitesQuery } from '../api/session.ts'

/** The site whose pages are shown: that of the address or, on the pages of the account, the first one. */
export function useSite() {
  const { data: sites } = useSuspenseQuery(sitesQuery)
  const { site: subdomain } = useParams({ strict: false }) as { site?: string }
  const site = sites.find(({ attributes }) => attributes.subdomain === subdomain)
  return { sites, site: site ?? (subdomain === undefined ? sites[0] : undefined) }
}

/** The id and the subdomain of the site of the address, for requests and links. */
export function useCurrentSite(): { id: string; subdomain: string; title: string } {
  const { site } = useSite()
  if (!site) throw new Error('There is no such site, or you have no access to it.')
  return { id: site.id, subdomain: site.attributes.subdomain, title: site.attributes.title }
}
