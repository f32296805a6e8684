import { useNavigate, useSearch } from '@tanstack/react-router'

/** The query of an address: that of a list is the query of the API, with the same names. */
export type Search = Record<string, string>

/** The router's own parser converts ids to numbers and adds quotes. */
export const parseSearch = (query: string): Search => Object.fromEntries(new URLSearchParams(query))

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return given.length === 0 ? '' : `?${query}`
}

interface SearchHook {
  search: Search
  /** Changes some parameters; undefined removes one. `replace` leaves no entry in the history, as for typing. */
  change: (changes: Partial<Search>, options?: { replace?: boolean }) => void
}

export function useAddress(): SearchHook {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  return {
    search,
    change: (changes, { replace = false } = {}) =>
      void navigate({
        to: '.',
        search: ((previous: Search) => ({ ...previous, ...changes })) as never,
        replace,
        resetScroll: false,
      }),
  }
}

/** What of the address is meant for the API. */
export const apiParameters = (search: Search): Search =>
  Object.fromEntries(Object.entries(search).filter(([name]) => /^(filter\[|sort$|page\[)/.test(name)))

/** How many rows a page of a list has. */
export const PAGE_SIZE = 50
