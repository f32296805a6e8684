/** A day, or a time with seconds and zone or without; the plus of a zone may have arrived as a space. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|[+\-\s]\d\d:?\d\d)?)?$/i

/**
 * Reads a day (`2026-01-31`, its first instant) or a time (`2026-01-31T09:30:00Z`, `…+02:00`), in UTC where no zone
 * is given. What is finer than a millisecond is cut off, as it is where times are shown.
 *
 * @throws Error that says which forms are accepted
 */
export function parseTime(value: string): Date {
  const [, day, minute = '00:00', second = '00', fraction = '', zone = 'Z'] = TIME.exec(value) ?? []
  const offset =
    zone.toUpperCase() === 'Z' ? 'Z' : zone.replace(/^\s/, '+').replace(/(\d\d):?(\d\d)$/, '$1:$2')
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0')
  const time = new Date(`${day}T${minute}:${second}.${milliseconds}${offset}`)
  if (!day || Number.isNaN(time.getTime()) || !exists(day))
    throw new Error('must be a date or a time, for example 2026-01-31 or 2026-01-31T09:30:00Z')
  return time
}

/** February has no 30th, although a Date takes it for the 2nd of March. */
const exists = (day: string) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
