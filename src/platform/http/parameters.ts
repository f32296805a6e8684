import type { QueryParameters } from '../jsonapi/query.ts'
import { parseUrlEncoded } from './url-encoded.ts'

/**
 * Parses the query of a URL. A parameter that is given twice counts once, the last; only `name[]` collects.
 *
 * @param text what follows the "?", one character per byte
 * @throws ApiError 400 for too many parameters, and for what is not UTF-8
 */
export function parseParameters(text: string): QueryParameters {
  const parameters: QueryParameters = Object.create(null)
  if (text === '') return parameters
  for (const [name, value] of parseUrlEncoded(text, 'parameters')) {
    const given = parameters[name]
    if (!name.endsWith('[]')) parameters[name] = value
    else if (Array.isArray(given)) given.push(value)
    else parameters[name] = [value]
  }
  return parameters
}
