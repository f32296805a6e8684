/** Notes in schemas for the OpenAPI document. Validation and serialization pass over them. */
import { type Static, type TSchema, Type } from 'typebox'

/** The name under which a schema stands in the components of the document. */
export const COMPONENT = 'x-component'
/** The schema that the document has in the place of this one. */
export const DOCUMENTED_AS = 'x-documented-as'
/** A reference to the component of this name, from within itself. */
export const SAME_AS = 'x-same-as'

/** The `patternProperties` of the schema: @fastify/swagger replaces them, as OpenAPI 3.0 needs it. */
export const PATTERN_PROPERTIES = 'x-pattern-properties'

/** The schema, referred to by this name wherever the document has it. */
export const component = <Schema extends TSchema>(name: string, schema: Schema): Schema =>
  ({ ...schema, [COMPONENT]: name }) as Schema

/** A schema that checks one thing and is documented as another, more detailed one. */
export const documentedAs = <Schema extends TSchema>(schema: Schema, documented: TSchema) =>
  Type.Unsafe<Static<Schema>>({ ...schema, [DOCUMENTED_AS]: documented })

/** The component of this name, within its own definition. */
export const sameAs = (name: string): TSchema => Type.Unsafe<unknown>({ [SAME_AS]: name })

/** Words whose singular does not follow from the rules. */
const SINGULARS: Record<string, string> = { aliases: 'alias', media: 'medium', statuses: 'status' }

/**
 * As in "contact_tag" for "contact_tags", "delivery" for "deliveries" and "contact_alias" for "contact_aliases". A word
 * that is no plural stays, as "course_progress" and "status".
 */
export function singularOf(plural: string): string {
  const words = plural.split('_')
  const last = words.pop()!
  const singular =
    SINGULARS[last] ??
    last
      .replace(/ies$/, 'y')
      .replace(/(ss|x|ch|sh)es$/, '$1')
      .replace(/(?<![sui])s$/, '')
  return [...words, singular].join('_')
}

/** As in "ContactTag" for "contact_tag". */
export const pascalCase = (words: string): string =>
  words.replace(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9]|$)/g, (_, letter: string) => letter.toUpperCase())

/** The name of the component of a type of resource: "ContactTag" for "contact_tags". */
export const componentOf = (type: string): string => pascalCase(singularOf(type))
