import { useIsFetching, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'

/** What takes longer than this is not waited for. */
const AT_MOST_MS = 600
/** Some requests follow from the answers of others. */
const QUIET_MS = 40

const firstReads = { predicate: ({ state }: { state: { status: string } }) => state.status === 'pending' }

/**
 * Parts of a page that each read something, and have no size before: they appear at once, when everything is read, so
 * that none moves another one.
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
