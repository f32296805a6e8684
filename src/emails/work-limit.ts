import { defaultOperators, type LiquidOptions } from 'liquidjs'

/** What a template may do in one rendering: about 50,000 parts with tags of ordinary length. */
export const MAX_WORK = 100_000
/** Code of this length counts as one more unit of work, whenever a part is rendered. */
const CHARS_PER_UNIT = 40
/** So many characters are compared or searched in about the time of one unit. */
const COMPARED_PER_UNIT = 1_000
/** Within longer words a search can go back and forth. */
const LONG_WORD = 250

/**
 * Counts what a rendering does, in the place of LiquidJS's own limit, which goes by the time of day: on a busy machine
 * that stops templates that do hardly anything.
 */
export class WorkLimit {
  #left: number
  #perPart: number

  /** @param longestCode of a tag or an output in the template, in characters: no part takes more */
  constructor(most: number, longestCode: number) {
    this.#left = most
    this.#perPart = 1 + Math.floor(longestCode / CHARS_PER_UNIT)
  }

  /** Called by LiquidJS for each part that it renders; what it passes is the time. */
  check(): void {
    this.use(this.#perPart)
  }

  use(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new Error('template work limit exceeded')
  }
}

/** The operators of Liquid, which count how much they look at. */
export const countingOperators = Object.fromEntries(
  Object.entries(defaultOperators).map(([name, operator]) => [
    name,
    // Unary ones get the context in second place.
    name === 'not' ? operator : counting(operator as Binary),
  ]),
) as unknown as LiquidOptions['operators']

type Binary = (left: unknown, right: unknown, context: { renderLimit: unknown }) => unknown

function counting(operator: Binary): Binary {
  return (left, right, context) => {
    const compared = (sizeOf(left) / COMPARED_PER_UNIT) * (1 + sizeOf(right) / LONG_WORD)
    if (context.renderLimit instanceof WorkLimit) context.renderLimit.use(Math.floor(compared))
    return operator(left, right, context)
  }
}

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : 0
