import { useState } from 'react'

/** Which rows of a list are selected: by their ids, or all that match its filters. */
export interface Selection {
  ids: ReadonlySet<string>
  /** All that match, on every page; `ids` is empty then. */
  isAll: boolean
  select: (ids: string[], isSelected: boolean) => void
  selectAll: () => void
  clear: () => void
}

/** @param list what the list is filtered by: another list begins with nothing selected */
export function useSelection(list: string): Selection {
  const [state, setState] = useState<{ list: string; ids: ReadonlySet<string>; isAll: boolean }>(none(list))
  const { ids, isAll } = state.list === list ? state : none(list)
  return {
    ids,
    isAll,
    select(changed, isSelected) {
      const others = new Set(ids)
      for (const id of changed)
        if (isSelected) others.add(id)
        else others.delete(id)
      setState({ list, ids: others, isAll: false })
    },
    selectAll: () => setState({ list, ids: new Set(), isAll: true }),
    clear: () => setState(none(list)),
  }
}

const none = (list: string) => ({ list, ids: new Set<string>(), isAll: false })
