/** Days and months of charts: they are no moments, and shown as they are. */
import { language } from '../texts/translate.ts'

const days = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const months = new Intl.DateTimeFormat(language, { month: 'short', year: 'numeric', timeZone: 'UTC' })

/** @param day as in 2026-01-31 */
export const dayName = (day: string): string => days.format(new Date(`${day}T00:00:00Z`))

/** @param month as in 2026-01 */
export const monthName = (month: string): string => months.format(new Date(`${month}-01T00:00:00Z`))
