import { badRequest, jsonPointer } from '../jsonapi/errors.ts'

const DEEPEST = 50

/**
 * Handles strings that PostgreSQL cannot store: a lone surrogate, as left by cutting a string in the middle of an
 * emoji, becomes a replacement character; a zero byte is rejected. So is a document that is nested too deeply to be
 * serialized again, and a member that would become an object's prototype.
 *
 * @returns the same document, changed in place
 * @throws ApiError 400 that points at the value
 */
export const sanitizeStrings = (document: unknown): unknown => check(document, [])

/** @param path to the value; one list for the whole document, so that each value costs the same */
function check(value: unknown, path: string[]): unknown {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw refused(path, 'contains a zero byte')
    return value.toWellFormed()
  }
  if (typeof value !== 'object' || value === null) return value
  if (path.length === DEEPEST) throw refused(path, `is nested more than ${DEEPEST} levels deep`)
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members)) {
    if (name.includes('\0')) throw refused(path, 'has a name with a zero byte')
    if (name === '__proto__') throw refused(path, 'has a member __proto__')
    // JSON:API 1.1, "@-Members": they may stand anywhere, and are ignored.
    if (name.startsWith('@')) {
      delete members[name]
      continue
    }
    path.push(name)
    members[name] = check(members[name], path)
    path.pop()
  }
  return value
}

function refused(path: string[], why: string) {
  const pointer = jsonPointer(path)
  return badRequest('invalid_document', `${pointer || 'The document'} ${why}.`, { pointer })
}

/**
 * Replaces zero bytes in the values of an address, as HTML does. What is looked up with such a value is not found, like
 * any other unknown address, where PostgreSQL would refuse the query.
 *
 * @param values parameters of a path or a query; changed in place
 */
export function replaceZeroBytes(values: Record<string, string | string[]>): void {
  for (const name in values) {
    const value = values[name]!
    values[name] = Array.isArray(value) ? value.map(withoutZeroBytes) : withoutZeroBytes(value)
  }
}

const withoutZeroBytes = (text: string) => text.replaceAll('\0', '\ufffd')
