import { ChevronDownIcon, ChevronUpIcon, SortIcon } from './icons.tsx'
import { useAddress } from './search.ts'

/** The title of a column by which a list can be sorted: up, down, then in the order of the list again. */
export function SortableTitle({ title, sort }: { title: string; sort: string }) {
  const { search, change } = useAddress()
  const isUp = search.sort === sort
  const isDown = search.sort === `-${sort}`
  const Icon = isUp ? ChevronUpIcon : isDown ? ChevronDownIcon : SortIcon
  const next = isUp ? `-${sort}` : isDown ? undefined : sort
  return (
    <button
      type="button"
      className="sort-button"
      data-is-sorted={isUp || isDown || undefined}
      onClick={() => change({ sort: next, 'page[number]': undefined })}
    >
      {title}
      <Icon size={14} />
    </button>
  )
}
