/** The days and months that a report is asked for. */
import { sql } from 'kysely'
import type { Db } from '../../platform/db/database.ts'
import { badRequest } from '../../platform/jsonapi/errors.ts'
import type { QueryParameters } from '../../platform/jsonapi/query.ts'
import type { Days } from './read-revenue.ts'
import type { Months } from './read-subscriptions.ts'

export const MOST_DAYS = 366
export const MOST_MONTHS = 60

const USUAL_DAYS = 30
const USUAL_MONTHS = 12
const DAY_MS = 86_400_000

/** The days of a report: the last 30, unless it names others. @throws ApiError 400 */
export function readDays(query: QueryParameters, today: string): Days {
  const last = read(query, 'end_date', today)
  const first = read(query, 'start_date', dayBefore(last, USUAL_DAYS - 1))
  const count = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1
  if (count < 1 || count > MOST_DAYS)
    throw invalid(
      'start_date',
      `must be a day before filter[end_date] (${last}), by at most ${MOST_DAYS - 1} days`,
    )
  return { first, last }
}

/** The months of a report: those of its first and last day, or the last 12. @throws ApiError 400 */
export function readMonths(query: QueryParameters, today: string): Months {
  const last = read(query, 'end_date', today).slice(0, 7)
  const first = read(query, 'start_date', `${monthBefore(last, USUAL_MONTHS - 1)}-01`).slice(0, 7)
  const count = monthNumber(last) - monthNumber(first) + 1
  if (count < 1 || count > MOST_MONTHS)
    throw invalid(
      'start_date',
      `must be a month before filter[end_date] (${last}), by at most ${MOST_MONTHS - 1} months`,
    )
  return { first, last }
}

/** The zone of a site, and which day it is there. */
export async function todayAt(
  db: Db,
  siteId: string,
  now: Date,
): Promise<{ time_zone: string; today: string }> {
  const { rows } = await sql<{ time_zone: string; today: string }>`
    select s.time_zone, to_char(${now}::timestamptz at time zone s.time_zone, 'YYYY-MM-DD') as today
      from sites s where s.id = ${siteId}`.execute(db)
  return rows[0]!
}

function read(query: QueryParameters, name: string, usual: string): string {
  const given = query[`filter[${name}]`]
  if (given === undefined) return usual
  const day = String(given).trim()
  const time = /^[12]\d{3}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(day)) return day
  throw invalid(name, 'must be a day such as 2026-01-31')
}

const invalid = (name: string, problem: string) =>
  badRequest('invalid_filter', `filter[${name}] ${problem}.`, { parameter: `filter[${name}]` })

const dayBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10)

const monthNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1

function monthBefore(month: string, months: number): string {
  const number = monthNumber(month) - months
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`
}
