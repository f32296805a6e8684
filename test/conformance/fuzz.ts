/** Requests that are generated from the OpenAPI document: nearly valid ones, and nonsense in every place. */
import fc, { type Arbitrary } from 'fast-check'
import { routes } from '../../src/api.ts'
import type { Parameter, Schema } from '../../src/platform/http/openapi/document.ts'
import type { Route } from '../../src/platform/http/route.ts'
import { aboutExisting, nameOf, type Request, send, typeOf, type World } from './valid-requests.ts'

/** Requests of one batch are sent at the same time. */
const AT_ONCE = 10

export interface Fuzzing {
  /** Number of requests. */
  count: number
  seed: number
  /** The operations that are requested; by default all. */
  operations?: Route[]
  /** A request that takes longer hangs. */
  limitMs?: number
  /** Called after each batch. */
  onBatch?: () => void
}

/** Sends generated requests. @returns the batch that shows a fault, and the fault; null when there is none */
export async function fuzz(world: World, others: string[], plan: Fuzzing): Promise<string | null> {
  const { count, seed, operations = routes, limitMs = 30_000, onBatch = () => {} } = plan
  const request = fc.oneof(...operations.map((route) => requestOf(world, route, others)))
  const batches = fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE })
  const property = fc.asyncProperty(batches, async (batch) => {
    const faults = await Promise.all(batch.map((one) => faultOf(world, one, limitMs)))
    onBatch()
    const found = faults.filter((fault) => fault !== null)
    if (found.length > 0) throw new Error(found.join('\n'))
  })
  const numRuns = Math.ceil(count / AT_ONCE)
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed,
    numRuns,
    endOnFailure: true,
  })
  if (!failed) return null
  return `seed ${seed}: ${(errorInstance as Error)?.message}\n${JSON.stringify(counterexample, null, 1).slice(0, 5_000)}`
}

/** What is wrong with the response: its status, what it violates of the documents, or that there is none. */
async function faultOf(world: World, request: Request, limitMs: number): Promise<string | null> {
  const what = `${request.method} ${request.path}`
  const late = Promise.withResolvers<string>()
  const timer = setTimeout(() => late.resolve(`${what} hangs`), limitMs)
  const answer = send(world, request).then(
    ({ status, body }) => (status >= 500 ? `${what} is ${status}: ${JSON.stringify(body)}` : null),
    // It violates the OpenAPI document or JSON:API.
    (error: Error) => `${what}: ${error.message}`,
  )
  const fault = await Promise.race([answer, late.promise])
  clearTimeout(timer)
  return fault
}

/** Nothing of these may reach a database, a header or a log unchecked. */
const NONSENSE = [
  '',
  ' ',
  '0',
  '-1',
  '9223372036854775808',
  '1e309',
  '%00',
  '\u0000',
  '../..',
  "' or 1=1 --",
  '{{ 7 | times: 7 }}',
  '<script>',
  '\ud83d',
  '💥'.repeat(50),
  'x'.repeat(5_000),
  '__proto__',
  'constructor',
  'null',
  'true',
  '2026-02-30',
  '-infinity',
  'NaN',
]

/** As the unit 'binary' of fast-check, which first makes a map of all code points, for seconds. */
const character: Arbitrary<string> = fc
  .oneof(
    { arbitrary: fc.integer({ min: 0, max: 0xd7ff }), weight: 0xd800 },
    { arbitrary: fc.integer({ min: 0xe000, max: 0x10ffff }), weight: 0x102000 },
  )
  .map((code) => String.fromCodePoint(code))

const nonsense: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NONSENSE),
  fc.string({ unit: character, maxLength: 40 }),
)

const anything: Arbitrary<unknown> = fc.oneof(
  nonsense,
  fc.constantFrom(null, true, 0, -1, 1.5, 1e25, 2 ** 53, [], {}, [[]], [null], { data: null }),
  fc.jsonValue({ maxDepth: 2 }),
)

function requestOf(world: World, route: Route, others: string[]): Arbitrary<Request> {
  const operation = world.operations[nameOf(route)]!
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query')
  const body = Object.values(operation.requestBody?.content ?? {})[0]
  const example = aboutExisting(world, route)
  return fc
    .record({
      id: idOf(world, route, others),
      query: parameters.length > 0 ? fc.array(queryOf(world, parameters), { maxLength: 4 }) : fc.constant([]),
      body: body ? bodyOf(body.schema, example.body) : fc.oneof(often(fc.constant(undefined)), anything),
      headers: headersOf(route),
    })
    .map(({ id, query, body: given, headers }) => ({
      method: route.method,
      path: `${route.url.replace(/\{\w+\}/g, encodeURIComponent(id.toWellFormed()))}${query.length > 0 ? `?${query.join('&')}` : ''}`,
      ...(route.method !== 'GET' && given !== undefined && { body: given }),
      headers,
      // A token that the request may end.
      ...(route.access === 'token' && route.method !== 'GET' && { token: 'nobody' }),
    }))
}

const often = <T>(arbitrary: Arbitrary<T>) => ({ arbitrary, weight: 4 })

function idOf({ ids }: World, route: Route, others: string[]): Arbitrary<string> {
  const own = ids[typeOf(route)]
  // Whatever else is tried needs the site.
  const exists =
    own && !(route.method === 'DELETE' && typeOf(route) === 'sites') ? [often(fc.constant(own))] : []
  return fc.oneof(
    ...exists,
    fc.constantFrom(...others),
    nonsense.filter((text) => !['.', '..'].includes(text)),
  )
}

function queryOf({ ids }: World, parameters: Parameter[]): Arbitrary<string> {
  const value = (schema: Schema) =>
    fc.oneof(arbitraryOf(schema).map(String), fc.constantFrom(...Object.values(ids)), nonsense)
  const known = parameters.map(({ name, schema }) => value(schema).map((text) => pair(name, text)))
  return fc.oneof(
    often(fc.oneof(...known)),
    fc.tuple(nonsense, nonsense).map(([name, text]) => pair(name, text)),
    fc.constantFrom('a=%ff', '%', '&&', '=', 'a[b]=1', 'filter=1', 'include=,', 'sort=,', 'page[size]=0'),
  )
}

const pair = (name: string, text: string) =>
  `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(text.toWellFormed())}`

function bodyOf(schema: Schema, example: unknown): Arbitrary<unknown> {
  return fc.oneof(
    often(example instanceof FormData ? fc.constant(example) : changed(example)),
    often(arbitraryOf(schema)),
    anything,
    fc.constantFrom('', '{', '[]', '"', '{"data":', '\ufeff{}', 'a=%ff&b'),
  )
}

/** The example with another value in one place. */
function changed(example: unknown): Arbitrary<unknown> {
  const paths = pathsOf(example)
  return fc
    .tuple(fc.constantFrom(...paths), fc.oneof(anything, fc.constant(undefined)))
    .map(([path, value]) => {
      const copy = structuredClone(example) as Record<string, unknown>
      if (path.length === 0) return copy
      const parent = path
        .slice(0, -1)
        .reduce<Record<string, unknown>>((at, name) => at[name] as typeof at, copy)
      // Undefined: the member is left out.
      parent[path.at(-1)!] = value
      return copy
    })
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [
    [],
    ...Object.entries(value).flatMap(([name, member]) => pathsOf(member).map((path) => [name, ...path])),
  ]
}

const headersOf = ({ form }: Route): Arbitrary<Record<string, string>> =>
  fc.oneof(
    often(fc.constant<Record<string, string>>(form ? { 'content-type': 'application/json' } : {})),
    fc.constantFrom<Record<string, string>[]>(
      { 'idempotency-key': 'one' },
      { 'idempotency-key': ' ' },
      { 'content-type': 'application/json; charset=utf-16le' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { accept: 'text/html' },
      { 'x-requested-with': 'x', cookie: 'bestow_session=x' },
    ),
  )

/** Values that a schema allows, and some that it does not. */
function arbitraryOf(schema: Schema, depth = 0): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: allowedBy(schema, depth), weight: 9 }, anything)
}

function allowedBy(schema: Schema, depth: number): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one: Schema) => arbitraryOf(one, depth + 1)))
  const { minimum: min = -10, maximum: max = 1_000 } = schema
  switch ([schema.type].flat()[0]) {
    case 'string':
      return schema.format === 'date-time'
        ? fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
        : fc.oneof(fc.string({ maxLength: 30 }), fc.emailAddress(), fc.nat().map(String))
    case 'integer':
    case 'number':
      return fc.integer({ min, max })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, depth + 1), { maxLength: 3 })
    case 'object':
      return depth > 6 ? anything : objectOf(schema, depth)
    default:
      return anything
  }
}

function objectOf({ properties = {}, required = [] }: Schema, depth: number): Arbitrary<object> {
  const members = Object.entries<Schema>(properties).map(([name, property]) => [
    name,
    arbitraryOf(property, depth + 1),
  ])
  return fc.record(Object.fromEntries(members), { requiredKeys: required })
}
