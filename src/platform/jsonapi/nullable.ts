import { Type } from 'typebox'

/** The schema of a text or null. @param options such as a description */
export const NullableText = (options: object = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })

/** The same of a time. */
export const NullableTime = (options: object = {}) => NullableText({ format: 'date-time', ...options })
