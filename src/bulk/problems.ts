import { ApiError, jsonPointer, type Path, unprocessable } from '../platform/jsonapi/errors.ts'

const MOST_REPORTED = 50

/** What is wrong with a request, all of it: whoever sends thousands of rows need not find out one at a time. */
export class Problems {
  readonly #found: ApiError[] = []
  #count = 0

  /** @param detail a sentence without its end */
  add(code: string, detail: string, path: Path): void {
    this.#count += 1
    if (this.#found.length < MOST_REPORTED) this.#found.push(unprocessable(code, detail, jsonPointer(path)))
  }

  /** @throws ApiError 422 with at most 50 errors, and how many more there are */
  throwIfAny(): void {
    const [first, ...others] = this.#found
    if (!first) return
    const rest = this.#count - this.#found.length
    const all = rest > 0 ? [...others, moreThan(rest)] : others
    const { status, code, message, source } = first
    throw new ApiError(status, code, message, { ...(source && { source }), others: all })
  }
}

const moreThan = (rest: number) =>
  new ApiError(422, 'more_errors', `There are ${rest} more errors. Nothing was changed.`)
