import { useEffect } from 'react'
import { listEvents } from './generated.ts'
import { refresh } from './queries.ts'

const EVERY_MS = 3_000
/** E-mails, runs and deliveries follow from an event soon after; for so long they are read again each time. */
const EFFECTS_MS = 60_000
const EFFECTS = ['emails', 'automation_runs', 'webhook_deliveries', 'grant_timelines', 'bulk_jobs']

/** In the place of the last event, on a site that has none. */
const NONE = 'none'

const SALES = ['orders', 'purchases', 'transactions', 'coupons', 'customers', 'reports']

/** The types of resources that an event changes, by the first word of its name. */
const CHANGED: Record<string, string[]> = {
  contact: ['contacts', 'contact_tags'],
  customer: ['customers', 'contacts'],
  offer: ['grants', 'customers', 'contacts', 'purchases'],
  order: SALES,
  payment: SALES,
  purchase: SALES,
  subscription: SALES,
  dispute: SALES,
  access: ['grants'],
  gift: ['grants'],
  tag: ['contacts', 'contact_tags'],
  lesson: ['course_progress'],
  course: ['course_progress'],
  passkey: ['passkeys'],
  form: ['form_submissions', 'contacts'],
  hook: ['hooks'],
}

/**
 * Keeps what is shown up to date, while the page is visible: reads the events that have been recorded since the last
 * time, and has what they change read again. A page polls on its own only for what no event says.
 */
export function useFeed(siteId: string): void {
  useEffect(() => {
    let last: string | null = null
    let effectsUntil = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const controller = new AbortController()
    const { signal } = controller

    async function look() {
      if (document.visibilityState === 'visible') {
        try {
          const seen = last
          last = seen === null ? await lastEvent(siteId, signal) : await readSince(siteId, seen, signal)
          if (last !== seen) effectsUntil = Date.now() + EFFECTS_MS
          if (Date.now() < effectsUntil) await refresh(...EFFECTS)
        } catch {
          // The next visit asks again; what a page itself asks for shows what is wrong.
        }
      }
      if (!signal.aborted) timer = setTimeout(look, EVERY_MS)
    }
    void look()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [siteId])
}

async function lastEvent(siteId: string, signal: AbortSignal): Promise<string> {
  const { data } = await listEvents({ 'filter[site_id]': siteId, sort: '-id', 'page[size]': 1 }, { signal })
  return data[0]?.id ?? NONE
}

async function readSince(siteId: string, last: string, signal: AbortSignal): Promise<string> {
  const { data } = await listEvents(
    {
      'filter[site_id]': siteId,
      'filter[id_gt]': last === NONE ? undefined : last,
      sort: 'id',
      'page[size]': 100,
    },
    { signal },
  )
  if (data.length === 0) return last
  const changed = new Set(data.flatMap(({ attributes }) => CHANGED[attributes.event!.split('_')[0]!] ?? []))
  await refresh('events', ...changed)
  return data.at(-1)!.id
}
