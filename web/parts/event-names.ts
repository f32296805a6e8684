import { useQuery } from '@tanstack/react-query'
import { listApiKeys, listAutomations, listContactTags, listProducts, listUsers } from '../api/generated.ts'
import { type Fetcher, listOf } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { useSite } from '../shell/use-site.ts'

/** The names of what events have by its id, by type and id: "contact_tags:7". */
type Names = Map<string, string>

const MOST = 500

interface Named {
  data: { id: string; attributes: { name?: string | null; title?: string | null } }[]
}

/**
 * Names by id; those of more than 500, and what the role may not see, are left out. Nothing else is read: how many
 * contacts have a tag, or members a product, takes the server a second each where there are 500,000.
 */
function useNamesOf<Params extends object, Document>(
  prefix: string,
  type: string,
  fetcher: Fetcher<Params, Document>,
  permission: string,
  filter: Record<string, string> = {},
): [string, string][] {
  const isEnabled = useMay()(permission)
  const attribute = type === 'products' ? 'title' : 'name'
  const params = { ...filter, [`fields[${type}]`]: attribute, 'page[size]': MOST } as unknown as Params
  const { data } = useQuery({ ...listOf(type, fetcher, params), enabled: isEnabled, staleTime: 300_000 })
  return ((data as Named | undefined)?.data ?? []).map(({ id, attributes: { name, title } }) => [
    `${prefix}:${id}`,
    name ?? title ?? id,
  ])
}

/** Who acts, as events record it: "api_key:3". */
export function useActorNames(): Names {
  const siteId = useSite().site?.id
  const ofSite: Record<string, string> = siteId === undefined ? {} : { 'filter[site_id]': siteId }
  return new Map([
    ...useNamesOf('user', 'users', listUsers, 'view:users'),
    ...useNamesOf('api_key', 'api_keys', listApiKeys, 'view:api_keys'),
    ...useNamesOf('automation', 'automations', listAutomations, 'view:automations', ofSite),
  ])
}

/** What events are about, besides contacts and offers. */
export function useSubjectNames(): Names {
  const siteId = useSite().site?.id
  const ofSite: Record<string, string> = siteId === undefined ? {} : { 'filter[site_id]': siteId }
  return new Map([
    ...useNamesOf('contact_tags', 'contact_tags', listContactTags, 'view:contacts', ofSite),
    ...useNamesOf('products', 'products', listProducts, 'view:products', ofSite),
  ])
}
