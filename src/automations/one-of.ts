import { type RawBuilder, sql } from 'kysely'
import type { Filter } from '../jsonapi/resource.ts'

/** A filter whose value is one of these words. */
export const oneOf = (
  column: RawBuilder<unknown>,
  choices: readonly string[],
  description: string,
): Filter => ({
  description: `${description}: ${choices.join(', ')}`,
  build(value) {
    if (!choices.includes(value)) throw new Error(`must be one of ${choices.join(', ')}`)
    return { where: sql`${column} = ${value}` }
  },
})
