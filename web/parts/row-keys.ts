import type { RefObject } from 'react'
import { useKeys } from './keys.ts'

/**
 * `j` and `k` move the focus to the next and the previous row, where Enter opens what the row links to; `x` selects
 * the row.
 */
export function useRowKeys(body: RefObject<HTMLTableSectionElement | null>): void {
  const rows = () => [...(body.current?.rows ?? [])]
  const current = () => rows().findIndex((row) => row.contains(document.activeElement))
  const focus = (index: number) => {
    const row = rows()[index]
    const target =
      row?.querySelector<HTMLElement>('a, button') ?? row?.querySelector<HTMLElement>('input, [tabindex]')
    target?.focus()
    row?.scrollIntoView({ block: 'nearest' })
  }
  useKeys({
    j: () => focus(Math.min(current() + 1, rows().length - 1)),
    k: () => focus(Math.max(current() - 1, 0)),
    x: () => rows()[current()]?.querySelector<HTMLElement>('.table-select input')?.click(),
  })
}
