import type { Result } from './figure.ts'
import { LISTS_OF_SALES } from './figures/million-sales.ts'

/** The limit of a result, or of its ratio to another result. */
export interface Target {
  of: string
  per?: string
  limit: { least: number } | { most: number }
}

export const targets: Target[] = [
  { of: 'c', limit: { least: 4_000 } },
  { of: 'c', per: 'b', limit: { least: 0.8 } },
  { of: 'c', per: 'a', limit: { least: 0.14 } },
  { of: 'c+', limit: { least: 1_200 } },
  { of: 'd', limit: { most: 25 } },
  { of: 'e 10 thousand', per: 'c', limit: { least: 0.8 } },
  { of: 'e empty', per: 'c', limit: { least: 0.8 } },
  { of: 'e million', per: 'c', limit: { least: 0.8 } },
  { of: 'f list', limit: { most: 15 } },
  { of: 'f email', limit: { most: 5 } },
  { of: 'f search', limit: { most: 50 } },
  { of: 'f common', limit: { most: 50 } },
  { of: 'p text', limit: { most: 100 } },
  { of: 'p contains', limit: { most: 100 } },
  { of: 'p number', limit: { most: 100 } },
  { of: 'p many numbers', limit: { most: 100 } },
  { of: 'p checkbox', limit: { most: 100 } },
  { of: 'p nearly all', limit: { most: 100 } },
  { of: 'p set', limit: { most: 100 } },
  { of: 'p unset', limit: { most: 100 } },
  { of: 'p all set', limit: { most: 100 } },
  { of: 'p two', limit: { most: 100 } },
  ...LISTS_OF_SALES.map(({ key, most }): Target => ({ of: key, limit: { most } })),
  { of: 'g', limit: { least: 500 } },
  { of: 'h', limit: { most: 200 } },
  { of: 'i', limit: { most: 3 } },
  { of: 'j', limit: { least: 1_000 } },
  { of: 'k', limit: { least: 2_000 } },
  { of: 'm', per: 'm bare', limit: { least: 0.8 } },
  { of: 'n two', per: 'n', limit: { least: 1.6 } },
  { of: 'l', limit: { most: 1_000 } },
  { of: 'o', limit: { most: 10 } },
  { of: 's', limit: { least: 1_000 } },
  { of: 't', limit: { most: 120 } },
  { of: 't rate', per: 't bare', limit: { least: 0.5 } },
  { of: 's http', limit: { least: 1_000 } },
]

export interface Comparison extends Target {
  value: number
  isMet: boolean
}

/** Compares results with their targets; targets without a result are left out. */
export function compare(results: Map<string, Result>): Comparison[] {
  return targets.flatMap((target) => {
    const result = results.get(target.of)
    const base = target.per === undefined ? 1 : results.get(target.per)?.value
    if (!result || base === undefined) return []
    const value = result.value / base
    const { limit } = target
    return [{ ...target, value, isMet: 'least' in limit ? value >= limit.least : value <= limit.most }]
  })
}
