/** EXTENSIONS=off: nothing is read or answered that the schemas of a route mark with `x-extension`. */
import type { TSchema } from 'typebox'
import { DOCUMENTED_AS } from '../jsonapi/documented.ts'
import { jsonPointer } from '../jsonapi/errors.ts'
import { isObject } from '../jsonapi/is-object.ts'
import { ignoredAttributes } from './documents.ts'
import type { Answer, Context, Route } from './route.ts'

interface Schema {
  'x-extension'?: boolean
  /** An extension that stays: a client that relies on it would act on the wrong thing without it. */
  'x-essential'?: boolean
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  [DOCUMENTED_AS]?: Schema
}

/** The operations that Kajabi has too, without the parameters and members that it lacks. */
export function withoutExtensions(routes: Route[]): Route[] {
  const kept = routes.filter(({ extension }) => !extension)
  const addresses = new Set(kept.filter(({ method }) => method === 'GET').map(({ url }) => url))
  return kept.map((route) => withoutExtensionMembers(route, addresses))
}

/** @param addresses that answer to GET, as routes have them */
function withoutExtensionMembers(route: Route, addresses: Set<string>): Route {
  const { query, body, responses } = route
  const handler = async (context: Context) => {
    context.ignore(ignoredAttributes(...hiddenAttributes(context.body, body as Schema | undefined)))
    context.ignore(hiddenMeta(context.body, body as Schema | undefined))
    const answer = await (route.handler as (context: Context) => Promise<Answer>)({
      ...context,
      body: withoutMembers(context.body, body as Schema | undefined),
    })
    return withoutAnswered(answer, responses[answer.status ?? 200] as Schema | undefined, addresses)
  }
  return {
    ...route,
    ...(query && { query: withoutProperties(query as Schema) as TSchema }),
    ...(body && { body: withoutProperties(body as Schema) as TSchema }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, schema]) => [
        status,
        withoutProperties(schema as Schema) as TSchema,
      ]),
    ),
    handler,
  } as Route
}

/** The attributes of a request's document, and the names of those that are extensions. */
function hiddenAttributes(body: unknown, schema: Schema | undefined): [Record<string, unknown>, string[]] {
  const data = isObject(body) ? body.data : undefined
  const attributes = isObject(data) && isObject(data.attributes) ? data.attributes : {}
  const known = propertiesOf(propertiesOf(propertiesOf(schema)?.data)?.attributes)
  return [attributes, Object.keys(attributes).filter((name) => isHidden(known?.[name]))]
}

/** Members of `meta` that are extensions: without them, a request does something else than its caller wants. */
function hiddenMeta(body: unknown, schema: Schema | undefined) {
  const meta = isObject(body) && isObject(body.meta) ? body.meta : {}
  const known = propertiesOf(propertiesOf(schema)?.meta)
  return Object.keys(meta)
    .filter((name) => isHidden(known?.[name]))
    .map((name) => ({
      reason: `There is no meta.${name} with EXTENSIONS=off`,
      source: { pointer: jsonPointer(['meta', name]) },
    }))
}

function withoutAnswered(answer: Answer, schema: Schema | undefined, addresses: Set<string>): Answer {
  const attributes = schema?.properties?.data?.properties?.attributes
  return {
    ...answer,
    body: withoutDeadLinks(withoutMembers(answer.body, schema), addresses),
    ...(answer.shownOnce && {
      shownOnce: withoutMembers(answer.shownOnce, attributes) as Record<string, unknown>,
    }),
  }
}

/** A document whose resource objects only link to operations that there are. */
function withoutDeadLinks(body: unknown, addresses: Set<string>): unknown {
  if (!isObject(body)) return body
  const { data, included } = body
  const live = (object: unknown) => withLiveLinks(object, addresses)
  return {
    ...body,
    ...(data !== undefined && { data: Array.isArray(data) ? data.map(live) : live(data) }),
    ...(Array.isArray(included) && { included: included.map(live) }),
  }
}

function withLiveLinks(object: unknown, addresses: Set<string>): unknown {
  if (!isObject(object) || !isObject(object.links)) return object
  const links = Object.entries(object.links).filter(([, link]) => addresses.has(addressOf(link as string)))
  return { ...object, links: Object.fromEntries(links) }
}

/** The address of a route that a link leads to. */
const addressOf = (link: string) => new URL(link).pathname.replace(/\/\d+/g, '/{id}')

const isHidden = (schema: Schema | undefined) => schema?.['x-extension'] && !schema['x-essential']

/** Of the detailed schema, where a value is checked with a simpler one. */
const propertiesOf = (schema: Schema | undefined) => (schema?.[DOCUMENTED_AS] ?? schema)?.properties

/** The schema without the properties that are extensions. */
function withoutProperties(schema: Schema): Schema {
  const { properties, required, items, anyOf, [DOCUMENTED_AS]: documented } = schema
  const kept = properties && Object.entries(properties).filter(([, property]) => !isHidden(property))
  return {
    ...schema,
    ...(kept && {
      properties: Object.fromEntries(kept.map(([name, property]) => [name, withoutProperties(property)])),
    }),
    ...(required && { required: required.filter((name) => !isHidden(properties?.[name])) }),
    ...(items && { items: withoutProperties(items) }),
    ...(anyOf && { anyOf: anyOf.filter((one) => !isHidden(one)).map(withoutProperties) }),
    ...(documented && { [DOCUMENTED_AS]: withoutProperties(documented) }),
  }
}

/** A value without the members that its schema marks as extensions. */
function withoutMembers(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMembers(item, schema?.items))
  const properties = propertiesOf(schema)
  if (!isObject(value) || !properties) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isHidden(properties[name]))
      .map(([name, member]) => [name, withoutMembers(member, properties[name])]),
  )
}
