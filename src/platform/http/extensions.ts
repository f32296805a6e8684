/** EXTENSIONS=off: nothing is read or answered that the schemas of a route mark with `x-extension`. */
import type { TSchema } from 'typebox'
import { DOCUMENTED_AS } from '../jsonapi/documented.ts'
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

/** The same route without the parameters, the members of its body and those of its answers that Kajabi lacks. */
export function withoutExtensions(route: Route): Route {
  const { query, body, responses } = route
  const handler = async (context: Context) => {
    const answer = await (route.handler as (context: Context) => Promise<Answer>)({
      ...context,
      body: withoutMembers(context.body, body as Schema | undefined),
    })
    return withoutAnswered(answer, responses[answer.status ?? 200] as Schema | undefined)
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

function withoutAnswered(answer: Answer, schema: Schema | undefined): Answer {
  const attributes = schema?.properties?.data?.properties?.attributes
  return {
    ...answer,
    body: withoutMembers(answer.body, schema),
    ...(answer.shownOnce && {
      shownOnce: withoutMembers(answer.shownOnce, attributes) as Record<string, unknown>,
    }),
  }
}

const isHidden = (schema: Schema | undefined) => schema?.['x-extension'] && !schema['x-essential']

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
  if (typeof value !== 'object' || value === null || !schema?.properties) return value
  const { properties } = schema
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !isHidden(properties[name]))
      .map(([name, member]) => [name, withoutMembers(member, properties[name])]),
  )
}
