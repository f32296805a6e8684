import { Button, Checkbox, Skeleton, TextInput } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { language, plural, t } from '../texts/translate.ts'
import { ChevronIcon, CloseIcon, LeftIcon, SearchIcon } from './icons.tsx'
import { Problem } from './problem.tsx'
import { useRowKeys } from './row-keys.ts'
import { PAGE_SIZE, type Search, useAddress } from './search.ts'
import type { Selection } from './selection.ts'
import { SortableTitle } from './sortable-title.tsx'

export interface Column<Row> {
  title: string
  cell: (row: Row) => ReactNode
  /** Figures stand on the right. */
  isFigure?: boolean
  /** On a phone, only the most important columns are shown. */
  isMinor?: boolean
  /** Under which name the API sorts by it. */
  sort?: string
}

interface Page<Row> {
  data: Row[]
  meta: { total_count?: number; total_pages?: number; current_page?: number }
}

interface DataTableProps<Row> {
  /** What the table is, for screen readers. */
  label: string
  query: UseQueryResult<Page<Row>>
  columns: Column<Row>[]
  /** Shown in place of the table when nothing is there and nothing narrows the list. */
  empty: ReactNode
  /** Rows can be selected, each by a box that is labelled with its name. */
  selection?: Selection & { nameOf: (row: Row) => string }
}

const sortedIn = ({ sort }: Search, name: string) =>
  sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none'

const filtersIn = (search: Search): string[] =>
  Object.keys(search).filter((name) => name.startsWith('filter['))

/** Whether a list has nothing at all, as against nothing that matches its filters. */
export const isEmpty = (page: { data: unknown[] } | undefined, search: Search): boolean =>
  page?.data.length === 0 && filtersIn(search).length === 0

/** Below the main text of a row on a phone, where the column that has it is hidden. */
export const PhoneLine = ({ children }: { children: ReactNode }) => (
  <span className="phone-line">{children}</span>
)

/** A page of a list of the API, with the links to the others. Its filters and its page are those of the address. */
export function DataTable<Row extends { id: string }>({
  label,
  query,
  columns,
  empty,
  selection,
}: DataTableProps<Row>) {
  const { search, change } = useAddress()
  const body = useRef<HTMLTableSectionElement>(null)
  useRowKeys(body)
  const { data: page, error, isPlaceholderData, refetch } = query
  const filters = filtersIn(search)
  const dropFilters = () => change(Object.fromEntries(filters.map((name) => [name, undefined])))
  if (error && !page)
    return (
      <>
        <Problem error={error} retry={() => void refetch()} />
        {filters.length > 0 && <DropFilters onClick={dropFilters} />}
      </>
    )
  if (isEmpty(page, search)) return empty
  return (
    <div className="table-card" aria-busy={isPlaceholderData}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      <div className="table-scroll">
        <table
          className="table"
          data-is-stale={isPlaceholderData || undefined}
          data-is-empty={page === undefined || undefined}
        >
          <caption className="hidden">{label}</caption>
          <thead>
            <tr>
              {selection && <SelectPage rows={page?.data ?? []} selection={selection} />}
              {columns.map(({ title, isFigure, isMinor, sort }, index) => (
                <th
                  key={title}
                  scope="col"
                  data-figure={isFigure}
                  data-minor={isMinor}
                  data-first={index === 0 || undefined}
                  aria-sort={sort ? sortedIn(search, sort) : undefined}
                >
                  {sort ? <SortableTitle title={title} sort={sort} /> : title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {page
              ? page.data.map((row) => (
                  <tr key={row.id} data-is-selected={isSelected(row, selection) || undefined}>
                    {selection && <SelectRow row={row} selection={selection} />}
                    {columns.map(({ title, cell, isFigure, isMinor }) => (
                      <td key={title} data-figure={isFigure} data-minor={isMinor}>
                        {cell(row)}
                      </td>
                    ))}
                  </tr>
                ))
              : SKELETON_ROWS.map((row) => (
                  <SkeletonRow key={row} columns={columns} hasSelection={selection !== undefined} />
                ))}
          </tbody>
        </table>
      </div>
      {page?.data.length === 0 && (
        <div className="empty">
          <p>{t('table.nothingMatches')}</p>
          <DropFilters onClick={dropFilters} />
        </div>
      )}
      {page && page.data.length > 0 && <Pager meta={page.meta} rows={page.data.length} />}
    </div>
  )
}

const DropFilters = ({ onClick }: { onClick: () => void }) => (
  <Button variant="default" onClick={onClick}>
    {t('table.dropFilters')}
  </Button>
)

type RowSelection<Row> = NonNullable<DataTableProps<Row>['selection']>

const isSelected = (row: { id: string }, selection: Selection | undefined) =>
  selection !== undefined && (selection.isAll || selection.ids.has(row.id))

function SelectPage({ rows, selection }: { rows: { id: string }[]; selection: Selection }) {
  const selected = rows.filter((row) => isSelected(row, selection)).length
  return (
    <th scope="col" className="table-select">
      <Checkbox
        size="xs"
        aria-label={t('table.selectPage')}
        disabled={rows.length === 0}
        checked={selected > 0 && selected === rows.length}
        indeterminate={selected > 0 && selected < rows.length}
        onChange={({ currentTarget }) => {
          selection.select(
            rows.map(({ id }) => id),
            currentTarget.checked,
          )
        }}
      />
    </th>
  )
}

function SelectRow<Row extends { id: string }>({
  row,
  selection,
}: {
  row: Row
  selection: RowSelection<Row>
}) {
  return (
    <td className="table-select">
      <Checkbox
        size="xs"
        aria-label={t('table.selectRow', { name: selection.nameOf(row) })}
        checked={isSelected(row, selection)}
        onChange={({ currentTarget }) => selection.select([row.id], currentTarget.checked)}
      />
    </td>
  )
}

const SKELETON_ROWS = [1, 2, 3, 4, 5, 6, 7, 8]

interface SkeletonRowProps {
  columns: { title: string; isMinor?: boolean }[]
  hasSelection: boolean
}

function SkeletonRow({ columns, hasSelection }: SkeletonRowProps) {
  return (
    <tr className="skeleton-row">
      {hasSelection && <td className="table-select" />}
      {columns.map(({ title, isMinor }, column) => (
        <td key={title} data-minor={isMinor}>
          <Skeleton height={12} width={column === 0 ? '60%' : '40%'} />
        </td>
      ))}
    </tr>
  )
}

/** Rows can be there before it is known how many there are in all. */
function Pager({
  meta: { total_count: total, total_pages: pages = 1, current_page: current = 1 },
  rows,
}: Pick<Page<unknown>, 'meta'> & { rows: number }) {
  const { change } = useAddress()
  const first = (current - 1) * PAGE_SIZE + 1
  const last = first + rows - 1
  const go = (number: number) => change({ 'page[number]': number === 1 ? undefined : String(number) })
  const format = (n: number) => n.toLocaleString(language)
  return (
    <nav className="pager" aria-label={t('table.pages')}>
      <span>
        {t('table.range', {
          first: format(first),
          last: format(last),
          total: total === undefined ? '…' : format(total),
        })}
      </span>
      {pages > 1 && (
        <span className="pager-buttons">
          <Button
            variant="default"
            size="xs"
            disabled={current <= 1}
            leftSection={<LeftIcon size={14} />}
            onClick={() => go(current - 1)}
          >
            {t('table.previous')}
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={current >= pages}
            rightSection={<ChevronIcon size={14} />}
            onClick={() => go(current + 1)}
          >
            {t('table.next')}
          </Button>
        </span>
      )}
    </nav>
  )
}

const SEARCH_AFTER_MS = 250

/** A field that searches while one types; what it searches for is part of the address. */
export function SearchField({ parameter = 'filter[search]', label }: { parameter?: string; label: string }) {
  const { search, change } = useAddress()
  const given = search[parameter] ?? ''
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed changes the address.
  useEffect(() => {
    if (text === given) return
    const timer = setTimeout(
      () => change({ [parameter]: text || undefined, 'page[number]': undefined }, { replace: given !== '' }),
      SEARCH_AFTER_MS,
    )
    return () => clearTimeout(timer)
  }, [text])
  return (
    <TextInput
      className="search-field"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<SearchIcon size={16} />}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      data-search
    />
  )
}

/** Filters of the address as chips, each of which can be dropped. */
export function FilterChips({ labels }: { labels: Record<string, (value: string) => string> }) {
  const { search, change } = useAddress()
  const active = Object.entries(search).filter(([name]) => name in labels)
  if (active.length === 0) return null
  return (
    <ul className="chips">
      {active.map(([name, value]) => (
        <li key={name}>
          {labels[name]!(value)}
          <button
            type="button"
            aria-label={t('table.dropFilter', { filter: labels[name]!(value) })}
            onClick={() => change({ [name]: undefined, 'page[number]': undefined })}
          >
            <CloseIcon size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}

/** "1,204 contacts" in the language of the page; a space of its height until the number is known. */
export const countOf = (key: string, page: { meta: { total_count?: number } } | undefined): string =>
  page?.meta.total_count === undefined ? '\u00a0' : plural(key, page.meta.total_count)
