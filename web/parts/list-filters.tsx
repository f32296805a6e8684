/** Filters of lists besides the search field; what they are set to is part of the address. */
import { Select, TextInput } from '@mantine/core'
import { t } from '../texts/translate.ts'
import { ResourceSelect } from './resource-select.tsx'
import { useAddress } from './search.ts'
import './list-filters.css'

/** Sets a filter, and begins with the first page. */
function useFilter(name: string) {
  const { search, change } = useAddress()
  return {
    value: search[name] ?? '',
    set: (value: string | null, options?: { replace: boolean }) =>
      change({ [name]: value || undefined, 'page[number]': undefined }, options),
  }
}

interface ChoiceFilterProps {
  name: string
  label: string
  /** By value. */
  options: Record<string, string>
}

/** One of a few values. */
export function ChoiceFilter({ name, label, options }: ChoiceFilterProps) {
  const { value, set } = useFilter(name)
  return (
    <Select
      className="list-filter"
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': t('table.dropFilter', { filter: label }) }}
      data={Object.entries(options).map(([value, label]) => ({ value, label }))}
      value={value || null}
      onChange={(chosen) => set(chosen)}
    />
  )
}

/** What is about one offer. */
export function OfferFilter() {
  const { value, set } = useFilter('filter[offer_id]')
  const label = t('filters.offer')
  return (
    <ResourceSelect
      type="offers"
      className="list-filter"
      aria-label={label}
      placeholder={label}
      clearable
      clearButtonProps={{ 'aria-label': t('table.dropFilter', { filter: label }) }}
      value={value}
      onChange={(chosen) => set(chosen)}
    />
  )
}

/** Days of the site, the last one included. */
export function DaysFilter() {
  return (
    <fieldset className="days-filter">
      <legend className="hidden">{t('filters.days')}</legend>
      <Day name="filter[start_date]" label={t('filters.from')} />
      <Day name="filter[end_date]" label={t('filters.to')} />
    </fieldset>
  )
}

function Day({ name, label }: { name: string; label: string }) {
  const { value, set } = useFilter(name)
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={({ currentTarget }) => set(currentTarget.value, { replace: value !== '' })}
    />
  )
}
