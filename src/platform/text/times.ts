const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** A time in a sentence, as in "3 March 2027 at 09:00 UTC". */
export const timeInWords = (time: Date): string => `${words.format(time)} UTC`

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
