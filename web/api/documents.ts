/** What the API answers, as the portal uses it: whole resources, without sparse fields. */

interface Described {
  attributes: object
}

/** A resource whose attributes are all there, because the portal never asks for some of them alone. */
export type Complete<Type> = Type extends Described
  ? Omit<Type, 'attributes'> & { attributes: Required<Type['attributes']> }
  : Type

type Resolved<Document> = Document extends { data: (infer Item)[] }
  ? Omit<Document, 'data'> & { data: Complete<Item>[] }
  : Document extends { data: infer Item }
    ? Omit<Document, 'data'> & { data: Complete<Item> }
    : Document

/** A document of the API with complete resources. */
export type CompleteDocument<Document> = Resolved<Document>

export interface Identifier {
  type: string
  id: string
}

/** A resource of any type, as in `included`. */
export interface AnyResource extends Identifier {
  attributes: Record<string, unknown>
  relationships?: Record<string, { data?: unknown } | undefined>
}

/** Finds what a document includes. */
export function findIncluded(
  document: { included?: unknown[] } | undefined,
  identifier: Identifier | null | undefined,
): AnyResource | undefined {
  if (!identifier) return undefined
  return (document?.included as AnyResource[] | undefined)?.find(
    ({ type, id }) => type === identifier.type && id === identifier.id,
  )
}
