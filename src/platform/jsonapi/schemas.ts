/** The schemas of documents and parameters that follow from a resource's description. */
import { type TObject, type TSchema, Type } from 'typebox'
import { COMPONENT, component, componentOf, documentedAs, PATTERN_PROPERTIES } from './documented.ts'
import { DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE, narrowable } from './query.ts'
import type { Filter, Relationship, Resource } from './resource.ts'
import { NAMES_LIKE, siteAttributeSchema, spelledLike } from './site-attributes.ts'

export const MEDIA_TYPE = 'application/vnd.api+json'

/** @param self what the link to the document itself is like, for the documentation */
const Links = (self: string) =>
  Type.Record(Type.String(), Type.String(), {
    examples: [{ self: `https://members.example.com/v1/${self}` }],
  })

export const Identifier = (type: string) =>
  component(
    `${componentOf(type)}Identifier`,
    Type.Object({ id: Type.String(), type: Type.Literal(type) }, { additionalProperties: false }),
  )

/** An object or null: for the serializer in one schema, for the documentation as alternatives. */
function nullable(schema: TSchema): TSchema {
  const { [COMPONENT]: _, ...bare } = schema as TSchema & { [COMPONENT]?: string }
  return documentedAs(Type.Unsafe({ ...bare, type: ['object', 'null'] }), Type.Union([schema, Type.Null()]))
}

/**
 * A resource object; every attribute may be missing, since `fields[…]` can leave it out.
 *
 * @param name of its component in the OpenAPI document
 */
function resourceSchema(resource: Resource, name = componentOf(resource.type)): TSchema {
  const { type, attributes, relationships, examples = {} } = resource
  const shown = mapValues(attributes, ({ schema }, attribute) =>
    Object.hasOwn(examples, attribute) ? { ...schema, examples: [examples[attribute]] } : schema,
  )
  return component(
    name,
    Type.Object({
      id: Type.String(),
      type: Type.Literal(type),
      attributes: withSiteSchemas(resource, Type.Partial(Type.Object(shown))),
      relationships: Type.Partial(Type.Object(mapValues(relationships, relationshipSchema))),
      links: Links(`${type}/42`),
    }),
  )
}

/** An object schema that also has the attributes that sites define. */
export function withSiteSchemas({ siteAttributes }: Resource, schema: TSchema): TSchema {
  if (!siteAttributes?.select) return schema
  const { properties } = schema as unknown as { properties: object }
  const value = siteAttributeSchema(siteAttributes)
  const { documented, pattern } = siteAttributes
  return {
    ...schema,
    properties: { ...properties, ...Object.fromEntries(documented.map((name) => [name, value])) },
    patternProperties: { [pattern.source]: value },
    [PATTERN_PROPERTIES]: { [pattern.source]: value },
  } as unknown as TSchema
}

function relationshipSchema(relationship: Relationship): TSchema {
  const data = Identifier(relationship.type)
  if (relationship.kind === 'one') return Type.Object({ data: nullable(data) })
  const links = Type.Record(Type.String(), Type.String(), { examples: [] })
  return Type.Object({ links: Type.Optional(links), data: Type.Optional(Type.Array(data)) })
}

/** What is included can be of any type. Examples go without. */
const Included = Type.Optional(
  Type.Array(
    component(
      'IncludedResource',
      Type.Object({
        id: Type.String(),
        type: Type.String(),
        attributes: Type.Record(Type.String(), Type.Any()),
        relationships: Type.Record(Type.String(), Type.Any()),
        links: Type.Record(Type.String(), Type.String()),
      }),
    ),
    { examples: [] },
  ),
)

export const singleSchema = (resource: Resource, name = componentOf(resource.type)): TSchema =>
  component(
    `${name}Document`,
    Type.Object({
      data: resourceSchema(resource, name),
      included: Included,
      links: Links(`${resource.type}/42`),
    }),
  )

/** A document of one resource that also has `meta`; a component of its own. */
export const withMeta = (document: TSchema, meta: TSchema): TSchema => {
  const { [COMPONENT]: name, properties } = document as TSchema & { [COMPONENT]: string; properties: object }
  return {
    ...document,
    properties: { ...properties, meta },
    [COMPONENT]: `Shown${name}`,
  } as unknown as TSchema
}

export const pageSchema = (resource: Resource): TSchema =>
  component(
    `${componentOf(resource.type)}Page`,
    Type.Object({
      data: Type.Array(resourceSchema(resource)),
      included: Included,
      links: Links(`${resource.type}?page%5Bnumber%5D=1&page%5Bsize%5D=25`),
      meta: component(
        'PageMeta',
        Type.Object({
          total_pages: Counted,
          total_count: Counted,
          total: Counted,
          current_page: Counted,
          cursors: Type.Optional(Cursors),
        }),
      ),
    }),
  )

/** Pages by cursor are not counted. */
const Counted = Type.Optional(Type.Integer({ description: 'On numbered pages' }))

const Cursors = Type.Object(
  {
    before: Type.String({ description: 'As `page[before]`: the page before this one' }),
    after: Type.String({
      description: 'As `page[after]`: the page after this one, also when there is none yet',
    }),
  },
  { description: 'On pages by cursor', 'x-extension': true, examples: [] },
)

export const ErrorDocument = component(
  'ErrorDocument',
  Type.Object(
    {
      errors: Type.Array(
        Type.Object({
          status: Type.String(),
          code: Type.String(),
          title: Type.String(),
          detail: Type.String(),
          source: Type.Optional(
            Type.Object({
              pointer: Type.Optional(Type.String()),
              parameter: Type.Optional(Type.String()),
              header: Type.Optional(Type.String()),
            }),
          ),
          meta: Type.Optional(
            Type.Object(
              { pointer: Type.String({ description: 'Into the JSON that the parameter contains' }) },
              { examples: [] },
            ),
          ),
        }),
      ),
      meta: Type.Object({ request_id: Type.String() }),
    },
    { title: 'Errors' },
  ),
)

export const FlatError = component(
  'FlatError',
  Type.Object({ error: Type.String(), error_description: Type.String() }),
)

const parameter = (description: string) => Type.Optional(Type.String({ description }))

const PageNumber = Type.Optional(Type.Integer({ minimum: 1, default: 1 }))

const PageSize = Type.Optional(
  Type.Integer({ minimum: 1, maximum: LARGEST_PAGE_SIZE, default: DEFAULT_PAGE_SIZE }),
)

/** Parameters that a single resource takes. */
export function singleParameters(resource: Resource): TObject {
  return Type.Object({
    ...fieldsParameters(resource),
    ...includeParameter(resource),
    ...Object.assign({}, ...narrowable(resource).map(([name]) => narrowingParameters(name))),
  })
}

/** In an account with several sites, a word can stand for an id of each. */
export const siteOfNamedId = ({ namedIds = {} }: Resource): Record<string, TSchema> => {
  const words = Object.keys(namedIds).join(', ')
  return words === '' ? {} : { 'filter[site_id]': parameter(`The site that the id ${words} refers to`) }
}

const narrowingParameters = (name: string): Record<string, TSchema> => ({
  [`filter[${name}_search]`]: parameter(`Include only ${name} whose title contains this`),
  [`filter[${name}_page]`]: PageNumber,
  [`filter[${name}_per]`]: PageSize,
})

/** Parameters that a list takes. */
export function listParameters(resource: Resource): TSchema {
  const all = { ...resource.filters, ...resource.lookedUpFilters }
  const filters = Object.entries(all).map(([name, filter]) => [`filter[${name}]`, filterParameter(filter)])
  return Type.Object({
    'page[number]': PageNumber,
    'page[size]': PageSize,
    'page[after]': cursorParameter('after', 'start'),
    'page[before]': cursorParameter('before', 'end'),
    sort: parameter(
      `${sortNames(resource)}; "-" in front for descending order. Default: ${resource.defaultSort}`,
    ),
    ...fieldsParameters(resource),
    ...includeParameter(resource),
    'filter[site_id]': parameter(
      resource.isOfAccount ? 'A site of the account; the list is the same for each' : 'Only from this site',
    ),
    ...Object.fromEntries(filters),
    ...siteFilterParameters(resource),
  })
}

const sortNames = ({ sorts, siteAttributes }: Resource): string =>
  [...Object.keys(sorts), ...(siteAttributes?.select ? [`every ${siteAttributes.singular}`] : [])].join(', ')

/** One parameter that stands for all of them. */
function siteFilterParameters({ siteAttributes }: Resource): Record<string, TSchema> {
  if (!siteAttributes) return {}
  const { documented, singular } = siteAttributes
  const [name] = documented
  const description = `The ${singular} ${name} is this. So it is for each ${singular} of the site, also with an operator that its type has, as in \`filter[${name}_cont]\` and \`filter[${name}_null]\``
  const notes = {
    'x-extension': true,
    'x-essential': true,
    [NAMES_LIKE]: `^filter\\[\\s*${spelledLike(siteAttributes)}[^]*\\]$`,
  }
  return { [`filter[${name}]`]: Type.Optional(Type.String({ description, ...notes })) }
}

const cursorParameter = (direction: string, place: string) =>
  Type.Optional(
    Type.String({
      description: `A cursor, from a link or from meta.cursors: the page ${direction} it. Empty: from the ${place} of the list. Replaces page[number].`,
      'x-extension': true,
    }),
  )

/** Of the resource, and of what can be included straight from it. */
function fieldsParameters({ type, relationships }: Resource): Record<string, TSchema> {
  const types = new Set([type, ...Object.values(relationships).map((relationship) => relationship.type)])
  return Object.fromEntries(
    [...types].map((shown) => [
      `fields[${shown}]`,
      parameter(`Attributes of ${shown} to return, comma-separated`),
    ]),
  )
}

const filterParameter = ({ description, extension, essential }: Omit<Filter, 'build'>) =>
  Type.Optional(
    Type.String({
      description,
      ...(extension && { 'x-extension': true }),
      ...(essential && { 'x-essential': true }),
    }),
  )

function includeParameter(resource: Resource): Record<string, TSchema> {
  const names = Object.keys(resource.relationships)
  return names.length === 0 ? {} : { include: parameter(`Related resources to include: ${names.join(', ')}`) }
}

export function mapValues<In, Out>(
  object: Record<string, In>,
  map: (value: In, key: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))
}
