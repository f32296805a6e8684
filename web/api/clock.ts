import { queryOptions } from '@tanstack/react-query'
import { getServer } from './generated.ts'
import { queryClient } from './queries.ts'

let aheadMs = 0

/** What the server is set to by its environment, and its time. */
export const serverQuery = queryOptions({
  queryKey: ['servers', 'current'],
  async queryFn({ signal }) {
    const document = await getServer({ signal })
    aheadMs = Date.parse(document.data.attributes.time) - Date.now()
    return document
  },
})

/** The time by the server's clock, in milliseconds: in development it is moved ahead, and browsers can be wrong. */
export const now = (): number => Date.now() + aheadMs

/**
 * Learns the server's time, and later on again without anybody waiting for it. Without the permission to see it, the
 * browser's is used.
 */
export async function readClock(permissions: string[]): Promise<void> {
  if (permissions.includes('view:sites'))
    await queryClient.ensureQueryData({ ...serverQuery, revalidateIfStale: true })
}
