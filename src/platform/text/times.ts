import { formatDay, formatTime, isStartOfDay, lastMoment } from './zone.ts'

/** A time in a sentence, as in "3 March 2027 at 09:00 UTC", or "3 March 2027 at 10:00 (Europe/Madrid)". */
export const timeInWords = (time: Date, zone: string): string =>
  `${formatTime('en-GB', zone, time)} ${inZone(zone)}`

/** The end of access in a sentence: as a time, or as in "the end of 2 March 2027 UTC". */
export const endInWords = (end: Date, zone: string): string =>
  isStartOfDay(zone, end)
    ? `the end of ${formatDay('en-GB', zone, lastMoment(zone, end))} ${inZone(zone)}`
    : timeInWords(end, zone)

const inZone = (zone: string) => (zone === 'UTC' ? zone : `(${zone})`)

const UNITS: [name: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** The time between two times in its largest unit, rounded, as in "3 minutes". */
export function durationInWords(from: Date, to: Date): string {
  const ms = Math.abs(to.getTime() - from.getTime())
  const [name, length] = UNITS.find(([, length]) => ms >= length) ?? UNITS.at(-1)!
  const count = Math.round(ms / length)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
