import { MultiSelect, type MultiSelectProps, Select, type SelectProps } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useCurrentSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'
import { type Nameable, optionsQuery, SOURCES, useNames } from './resource-names.ts'

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
