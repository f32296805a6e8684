/** What to answer where no route is: the path or the method is wrong. */
import { ApiError } from '../jsonapi/errors.ts'
import type { Resource } from '../jsonapi/resource.ts'
import type { Operation } from './kajabi-operations.ts'
import { methodSuggestions, pathSuggestions } from './suggest-path.ts'

const LONGEST_PATH_SHOWN = 200

interface Pattern extends Operation {
  matches: RegExp
}

/**
 * Explains requests that no route takes.
 *
 * @param served every operation that is served
 * @param resources every one that there is: they know what clients call them
 * @returns the error to answer: 404 or 405
 */
export function unknownPaths(
  served: Operation[],
  resources: Resource[],
): (method: string, path: string) => ApiError {
  const known = served.map(patternOf)
  const suggest = pathSuggestions(known, resources)
  const insteadOf = methodSuggestions(resources)

  return (method, path) => {
    const bare = path.replace(/(?<=.)\/$/, '')
    const shown = bare.slice(0, LONGEST_PATH_SHOWN)
    const hinted = (sentence: string, hint: string | null) => [sentence, hint].filter(Boolean).join(' ')
    const here = known.filter(({ matches }) => matches.test(bare))
    if (here.length > 0) {
      const allowed = [...new Set(here.map((operation) => operation.method))].join(', ')
      return new ApiError(
        405,
        'method_not_allowed',
        hinted(`${shown} does not support ${method}. Supported: ${allowed}.`, insteadOf(method, bare)),
        { headers: { allow: allowed } },
      )
    }
    return new ApiError(404, 'unknown_path', hinted(`There is nothing at ${shown}.`, suggest(bare)))
  }
}

const patternOf = (operation: Operation): Pattern => ({
  ...operation,
  matches: new RegExp(`^${operation.url.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
})
