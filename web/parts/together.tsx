import { useIsFetching, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'

/**
 * What takes longer than this is not waited for, and moves what is below it: on a phone, a list of first steps that
 * appeared after 0.6 s moved half the screen (a layout shift of 0.14).
 */
const AT_MOST_MS = 2_500
/** Some requests follow from the answers of others. */
const QUIET_MS = 40

/** `meta` of a query whose part of the page has the same size before and after: it is not waited for. */
export const KEEPS_SIZE = { keepsSize: true }

const firstReads = {
  predicate: ({ state, meta }: { state: { status: string }; meta?: Record<string, unknown> | undefined }) =>
    state.status === 'pending' && !meta?.keepsSize,
}

/**
 * Parts of a page that each read something, and most of which have no size before: they appear at once, when everything
 * is read, so that none moves another one.
 */
export function Together({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const reading = useIsFetching(firstReads)
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), AT_MOST_MS)
    return () => clearTimeout(timer)
  }, [])
  useEffect(() => {
    if (reading > 0) return
    const timer = setTimeout(() => client.isFetching(firstReads) === 0 && setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [reading, client])
  return <div className={isShown ? undefined : 'not-yet'}>{children}</div>
}
