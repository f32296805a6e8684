/** What requests that make and change resources have in common. */
import { Type } from 'typebox'
import { badRequest, jsonPointer } from '../jsonapi/errors.ts'
import type { Ignored } from '../jsonapi/query.ts'
import { SiteRelationship } from './site-of.ts'

export const Id = Type.Union([Type.String(), Type.Integer()])

const Attributes = (description?: string) => Type.Record(Type.String(), Type.Unknown(), { description })

/** A document that makes a resource. @param about what its attributes are, for the documentation */
export const NewDocument = <T extends string>(type: T, about?: string) =>
  Type.Object({
    data: Type.Object({
      type: Type.Literal(type),
      attributes: Attributes(about),
      relationships: Type.Optional(SiteRelationship),
    }),
  })

/** A document that changes one. */
export const ChangedDocument = <T extends string>(type: T, about?: string) =>
  Type.Object({
    data: Type.Object({
      type: Type.Literal(type),
      id: Type.Optional(Id),
      attributes: Type.Optional(Attributes(about)),
    }),
  })

/** @throws ApiError 400 when a document names another resource than its address does */
export function assertSameId(named: string | number | undefined, id: string): void {
  if (named === undefined || String(named) === id) return
  throw badRequest('id_mismatch', `The document is about ${named}, the address about ${id}.`, {
    pointer: '/data/id',
  })
}

export const ignoredAttribute = (name: string): Ignored => ({
  sentence: `The attribute ${name} is not one that can be set here and was ignored.`,
  source: { pointer: jsonPointer(['data', 'attributes', name]) },
})
