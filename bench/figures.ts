/** Table of contents: everything that is measured, in this order. */
import type { Figure } from './figure.ts'
import { automationSteps } from './figures/automation-steps.ts'
import { bulkGrants } from './figures/bulk-grants.ts'
import { customFields } from './figures/custom-fields.ts'
import { directCalls } from './figures/direct-calls.ts'
import { dispatchingEvents } from './figures/dispatching.ts'
import { emails } from './figures/emails.ts'
import { emptyRoute } from './figures/empty-route.ts'
import { finishedGrants } from './figures/finished-grants.ts'
import { firstEffect, followedGrants } from './figures/followed-grants.ts'
import { grants } from './figures/grants.ts'
import { imports } from './figures/imports.ts'
import { latency } from './figures/latency.ts'
import { millionContacts } from './figures/million-contacts.ts'
import { millionSales } from './figures/million-sales.ts'
import { orders } from './figures/orders.ts'
import { restart } from './figures/restart.ts'
import { sales } from './figures/sales.ts'
import { emptyStart, fewContacts } from './figures/sizes.ts'
import { webhooks } from './figures/webhooks.ts'

export const figures: Figure[] = [
  emptyRoute,
  directCalls,
  grants,
  finishedGrants,
  latency,
  fewContacts,
  emptyStart,
  millionContacts,
  customFields,
  millionSales,
  emails,
  restart,
  webhooks,
  automationSteps,
  dispatchingEvents,
  followedGrants,
  firstEffect,
  bulkGrants,
  sales,
  imports,
  orders,
]

/** The figures with the wanted keys, and those that they need; all when `wanted` is empty. */
export function choose(wanted: string[] | null): Figure[] {
  if (wanted === null) return figures
  const known = new Set(figures.flatMap(({ keys }) => keys))
  const unknown = wanted.filter((key) => !known.has(key))
  if (unknown.length > 0) throw new Error(`--only knows ${[...known].join(',')}, not ${unknown.join(',')}`)
  const chosen = figures.filter(({ keys }) => keys.some((key) => wanted.includes(key)))
  const needed = chosen.flatMap(({ needs = [] }) => needs).filter((key) => !wanted.includes(key))
  return needed.length === 0 ? chosen : choose([...wanted, ...needed])
}
