import { Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getContact, listContacts } from '../api/generated.ts'
import { listOf, oneOf, UNCOUNTED } from '../api/queries.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'

const SEARCH_AFTER_MS = 200
const OFFERED = 20

interface ContactSelectProps extends Omit<SelectProps, 'value' | 'onChange'> {
  /** Id of a contact; empty: none is chosen. */
  value: string
  onChange: (id: string | null) => void
}

/** A contact of the site, found by name or e-mail address. */
export function ContactSelect({ value, onChange, ...props }: ContactSelectProps) {
  const { id: siteId } = useCurrentSite()
  const [search, setSearch] = useState('')
  const [wanted] = useDebouncedValue(search, SEARCH_AFTER_MS)
  const { data: chosen } = useQuery({ ...oneOf('contacts', getContact, value), enabled: value !== '' })
  const chosenOption = chosen && value ? [optionOf(chosen.data)] : []
  const isChosen = chosenOption.some(({ label }) => label === wanted)
  const { data: found } = useQuery({
    ...listOf('contacts', listContacts, {
      'filter[site_id]': siteId,
      'page[size]': OFFERED,
      ...UNCOUNTED,
      ...(wanted && !isChosen && { 'filter[search]': wanted }),
    }),
    placeholderData: keepPreviousData,
  })
  const options = (found?.data ?? []).map(optionOf).filter((option) => option.value !== value)
  return (
    <Select
      placeholder={t('contacts.search')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('choose.clear') }}
      // The API has found them.
      filter={({ options }) => options}
      nothingFoundMessage={t('choose.nothing')}
      {...props}
      searchValue={search}
      onSearchChange={setSearch}
      data={[...chosenOption, ...options]}
      value={value || null}
      onChange={onChange}
    />
  )
}

const optionOf = ({ id, attributes }: { id: string; attributes: { name: string; email: string } }) => ({
  value: id,
  label: attributes.name ? `${attributes.name} · ${attributes.email}` : attributes.email,
})
