/** What requests about contacts and about tags have in common. */
import { Type } from 'typebox'
import type { Origin } from '../events/events.ts'
import type { WriteContext } from '../http/route.ts'
import { badRequest, jsonPointer } from '../jsonapi/errors.ts'
import type { Ignored } from '../jsonapi/query.ts'

export const Id = Type.Union([Type.String(), Type.Integer()])

/** @throws ApiError 400 when a document names another resource than its address does */
export function assertSameId(named: string | number | undefined, id: string): void {
  if (named === undefined || String(named) === id) return
  throw badRequest('id_mismatch', `The document is about ${named}, the address about ${id}.`, {
    pointer: '/data/id',
  })
}

export const originOf = ({ actor, requestId, scope }: WriteContext): Origin => ({
  actor,
  requestId,
  now: scope.now,
})

export const ignoredAttribute = (name: string): Ignored => ({
  sentence: `The attribute ${name} is not one that can be set here and was ignored.`,
  source: { pointer: jsonPointer(['data', 'attributes', name]) },
})
