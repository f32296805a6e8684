/** By which a provider names a sale, a payment or a refund, as requests give it. */
import { Type } from 'typebox'
import { unprocessable } from '../platform/jsonapi/errors.ts'

export const Reference = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 255, examples: [], description }))

const NAMES = ['provider_reference', 'payment_reference'] as const

type References = Partial<Record<(typeof NAMES)[number], string>>

/**
 * The attributes with references that have no spaces around them: a sale is the same with and without these.
 *
 * @throws ApiError 422 for one that is blank
 */
export function withReferences<Attributes extends References>(attributes: Attributes): Attributes {
  const read: References = {}
  for (const name of NAMES) {
    const given = attributes[name]
    if (given === undefined) continue
    read[name] = given.trim()
    if (read[name] === '')
      throw unprocessable(
        'blank',
        `${name} can't be blank. Leave it out where there is none`,
        `/data/attributes/${name}`,
      )
  }
  return { ...attributes, ...read }
}
