import { badRequest } from '../jsonapi/errors.ts'
import { parseBoolean } from '../jsonapi/field-types.ts'

/**
 * Reads a parameter that says whether something is to be done.
 *
 * @param consequence added to the sentence of the error
 * @throws ApiError 400 for what is neither true nor false
 */
export function readFlag(parameter: string, given: string, consequence = ''): boolean {
  try {
    return parseBoolean(given)
  } catch (error) {
    throw badRequest('invalid_parameter', `${parameter} ${(error as Error).message}.${consequence}`, {
      parameter,
    })
  }
}
