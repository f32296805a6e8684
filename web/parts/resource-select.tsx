import { MultiSelect, type MultiSelectProps, Select, type SelectProps } from '@mantine/core'
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
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
import { t } from '../texts/translate.ts'

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

const SOURCES: Record<Nameable, Source> = {
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

function optionsQuery(type: Nameable, siteId: string, filter: Record<string, string>) {
  const { list, name, isUnsorted } = SOURCES[type]
  const sort = isUnsorted ? {} : { sort: name }
  const params = { 'filter[site_id]': siteId, ...sort, 'page[size]': OFFERED, ...filter }
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

/** The chosen ones, and what matches what is typed. */
function useOptions(type: Nameable, chosen: string[]) {
  const { id: siteId } = useCurrentSite()
  const [search, setSearch] = useState('')
  const nameOf = useNames({ [type]: chosen })
  // What is chosen stands in the field, and is not looked for.
  const isChosen = chosen.some((id) => nameOf(type, id) === search)
  const { name, only, isUnsorted } = SOURCES[type]
  const isSearched = search !== '' && !isChosen && !isUnsorted
  const filter: Record<string, string> = { ...only, ...(isSearched && { [`filter[${name}_cont]`]: search }) }
  const { data: found = [] } = useQuery({
    ...optionsQuery(type, siteId, filter),
    placeholderData: keepPreviousData,
  })
  const missing = chosen.filter((id) => !found.some(({ value }) => value === id))
  return {
    searchable: true,
    searchValue: search,
    onSearchChange: setSearch,
    nothingFoundMessage: t('choose.nothing'),
    data: [...missing.map((id) => ({ value: id, label: nameOf(type, id) })), ...found],
  }
}

/** One offer, tag, e-mail template or other resource of the site, found by its name. */
export function ResourceSelect({
  type,
  value,
  ...props
}: Omit<SelectProps, 'value' | 'type'> & { type: Nameable; value: string }) {
  const options = useOptions(type, value ? [value] : [])
  return (
    <Select
      placeholder={t('choose.one')}
      allowDeselect={false}
      {...options}
      {...props}
      value={value || null}
    />
  )
}

/** Several of them. */
export function ResourceMultiSelect({
  type,
  value,
  ...props
}: Omit<MultiSelectProps, 'value' | 'type'> & { type: Nameable; value: string[] }) {
  const options = useOptions(type, value)
  return (
    <MultiSelect
      placeholder={value.length === 0 ? t('choose.some') : undefined}
      {...options}
      {...props}
      value={value}
    />
  )
}
