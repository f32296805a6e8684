import { keepPreviousData, useQueries } from '@tanstack/react-query'
import {
  listContactTags,
  listEmailTemplates,
  listForms,
  listHooks,
  listOffers,
  listProducts,
  listSegments,
} from '../api/generated.ts'
import { useCurrentSite } from '../shell/use-site.ts'

/** What can be chosen by its name. */
export type Nameable =
  | 'contact_tags'
  | 'offers'
  | 'products'
  | 'forms'
  | 'segments'
  | 'email_templates'
  | 'hooks'

export const isNameable = (type: string): type is Nameable => type in SOURCES

interface Names {
  name?: string | null
  title?: string
  target_url?: string
}

interface Source {
  list: (params: never, init: RequestInit) => Promise<{ data: { id: string; attributes: Names }[] }>
  /** The attribute with the name. */
  name: keyof Names
  /** Of the resources those that can be chosen. */
  only?: Record<string, string>
  /** They have no order by their names, and are not found by them. */
  isUnsorted?: boolean
}

/** Where they are listed, and which attribute names them. */
export const SOURCES: Record<Nameable, Source> = {
  contact_tags: { list: listContactTags, name: 'name' },
  offers: { list: listOffers, name: 'title' },
  products: { list: listProducts, name: 'title' },
  forms: { list: listForms, name: 'title' },
  segments: { list: listSegments, name: 'name' },
  // Those that automations send and call.
  email_templates: { list: listEmailTemplates, name: 'name', only: { 'filter[kind]': 'automation' } },
  hooks: {
    list: listHooks,
    name: 'target_url',
    only: { 'filter[event_eq]': 'automation' },
    isUnsorted: true,
  },
}

interface Option {
  value: string
  label: string
}

/** How many are offered before one searches. */
const OFFERED = 50

/** Reads the names of resources that match a filter. */
export function optionsQuery(type: Nameable, siteId: string, filter: Record<string, string>) {
  const { list, name, isUnsorted } = SOURCES[type]
  const sort = isUnsorted ? {} : { sort: name }
  const params = {
    'filter[site_id]': siteId,
    ...sort,
    'page[size]': OFFERED,
    // Others, as how many have it, are counted for each.
    [`fields[${type}]`]: name,
    ...filter,
  }
  return {
    queryKey: [type, 'options', params],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Option[]> => {
      const { data } = await list(params as never, { signal })
      return data.map(({ id, attributes }) => ({ value: id, label: attributes[name] ?? id }))
    },
  }
}

/** The names of resources by type and id, `names('offers', '3')`; an archived one has its id alone. */
export function useNames(ids: Partial<Record<Nameable, string[]>>): (type: Nameable, id: string) => string {
  const { id: siteId } = useCurrentSite()
  const wanted = Object.entries(ids).filter(([, list]) => list.length > 0) as [Nameable, string[]][]
  const results = useQueries({
    queries: wanted.map(([type, list]) => ({
      ...optionsQuery(type, siteId, { 'filter[id_eq]': [...new Set(list)].sort().join(',') }),
      placeholderData: keepPreviousData,
    })),
  })
  return (type, id) => {
    const options = results[wanted.findIndex(([one]) => one === type)]?.data
    return options?.find(({ value }) => value === id)?.label ?? (options ? `#${id}` : '…')
  }
}
