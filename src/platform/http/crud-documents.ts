/** The documents that create and change resources: their schemas, and the ids that they name. */
import { type Static, type TObject, type TSchema, type TUnsafe, Type } from 'typebox'
import { component, componentOf } from '../jsonapi/documented.ts'
import { unprocessable } from '../jsonapi/errors.ts'
import { readId } from '../jsonapi/identifiers.ts'
import { type Values, writableSchema } from '../jsonapi/read-attributes.ts'
import type { Row } from '../jsonapi/resource.ts'
import { isArchivable, type Records, takesIds, takesSite } from '../records/records.ts'
import { Attributes, Id, Linkage, LinkageToOne, LinkageToOneOrNone, NewId, readIds } from './documents.ts'
import { SiteRelationship } from './site-of.ts'

export type Related = Record<string, Static<ReturnType<typeof Linkage>> | undefined>

export interface NewBody {
  data: { attributes: Values; relationships?: Static<typeof SiteRelationship> }
}

interface OneLinkage {
  data: { id: string | number }
}

export interface ChangedBody {
  data: { attributes?: Values; relationships?: Related }
}

/** The document that creates one. */
export function newDocument(records: Records): TUnsafe<NewBody> {
  const { resource } = records
  const Document = component(
    `New${componentOf(resource.type)}`,
    Type.Object({
      data: Type.Object({
        type: Type.Literal(resource.type),
        ...(takesIds(records) && { id: NewId }),
        attributes: Attributes(writableSchema(resource, true)),
        relationships: newRelationships(records),
      }),
    }),
  )
  return Document as TSchema as TUnsafe<NewBody>
}

function newRelationships(records: Records): TSchema {
  const { parent, resource } = records
  const linked = {
    ...(takesSite(records) && SiteRelationship.properties),
    ...(parent && {
      [parent.relationship]: LinkageToOne(resource.relationships[parent.relationship]!.type),
    }),
    ...linkages(records),
  }
  return parent ? Type.Object(linked) : Type.Optional(Type.Object(linked))
}

/** The document that changes one. */
export function changedDocument(records: Records): TUnsafe<ChangedBody> {
  const { resource } = records
  const Document: TSchema = Type.Object({
    data: Type.Object({
      type: Type.Literal(resource.type),
      id: Type.Optional(Id),
      attributes: Type.Optional(Attributes(changedSchema(records))),
      relationships: Type.Optional(Type.Object({ ...changeableParent(records), ...linkages(records) })),
    }),
  })
  return component(`Changed${componentOf(resource.type)}`, Document) as TUnsafe<ChangedBody>
}

/** The attributes that can be changed, and `archived` of what can be restored. */
function changedSchema(records: Records): TSchema {
  const schema = writableSchema(records.resource, false)
  if (!isArchivable(records)) return schema
  const description = 'False restores what is archived. DELETE archives.'
  const archived = Type.Optional(Type.Boolean({ description, examples: [false] }))
  return Type.Object({ ...(schema as TObject).properties, archived })
}

/** The relationship to the parent, of what can be moved to another. */
export const changeableParent = ({ parent, resource }: Records): Record<string, TSchema> =>
  parent?.isChangeable
    ? {
        [parent.relationship]: Type.Optional(
          LinkageToOneOrNone(resource.relationships[parent.relationship]!.type),
        ),
      }
    : {}

const linkages = ({ resource, relationships = {} }: Records): Record<string, TSchema> =>
  Object.fromEntries(
    Object.keys(relationships).map((name) => [
      name,
      Type.Optional(Linkage(resource.relationships[name]!.type)),
    ]),
  )

/** The parent that a document names; undefined where there is none to name. */
export function parentIdOf({ parent }: Records, related: object | undefined): string | undefined {
  if (!parent) return undefined
  const { data } = (related as Record<string, OneLinkage>)[parent.relationship]!
  return readId(data.id)
}

/** The same of a change: null is the current value of what has no parent. @throws ApiError 422 for null otherwise */
export function newParentOf(records: Records, row: Row, related: object | undefined): string | undefined {
  const { relationship, column } = records.parent!
  const { data } = (related as Record<string, { data: OneLinkage['data'] | null }>)[relationship]!
  if (data !== null) return readId(data.id)
  if (row[column] === null) return undefined
  throw unprocessable(
    'required',
    `A ${records.resource.singular} cannot be without a ${relationship}. Name another one`,
    `/data/relationships/${relationship}/data`,
  )
}

/** The ids of the relationships that a document sets. @param names of those to look at; left out: all */
export function relatedIds(
  { relationships = {} }: Records,
  given: Related = {},
  names: string[] = Object.keys(relationships),
): Record<string, string[]> {
  return Object.fromEntries(
    names.flatMap((name) =>
      Object.hasOwn(relationships, name) && given[name] ? [[name, readIds(given[name])]] : [],
    ),
  )
}
