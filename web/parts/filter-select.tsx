import { Select } from '@mantine/core'
import { useAddress } from './search.ts'

interface FilterSelectProps {
  /** Of the address, and of the API. */
  parameter: string
  /** What it filters by, and what is shown without a filter. */
  label: string
  options: { value: string; label: string }[]
}

/** A filter of a list with one value; the address has it. */
export function FilterSelect({ parameter, label, options }: FilterSelectProps) {
  const { search, change } = useAddress()
  return (
    <Select
      className="filter-select"
      searchable
      clearable
      aria-label={label}
      placeholder={label}
      data={options}
      value={search[parameter] ?? null}
      onChange={(value) => change({ [parameter]: value ?? undefined, 'page[number]': undefined })}
    />
  )
}
