/** What an account learns about resources of another one, and does to them: nothing. */
import type { Route } from '../../src/platform/http/route.ts'
import { resources } from '../../src/resources.ts'
import type { Reply } from '../../src/testing/client.ts'
import { aboutExisting, formWith, idUnder, type Request, send, typeOf, type World } from './valid-requests.ts'

/** A place in a request where an id belongs. */
export interface Position {
  name: string
  type: string
  /** A request of the account's own, but for the id in this place. */
  withId: (id: string) => Request
}

/** Every place of an id in a request: in the path, in the filters, and in the body. */
export function positionsOf(own: World, route: Route): Position[] {
  const request = aboutExisting(own, route)
  return [...inPath(route, request), ...inFilters(route, request), ...inBody(own, request)]
}

function inPath(route: Route, request: Request): Position[] {
  if (!route.url.includes('{id}')) return []
  const withId = (id: string): Request => ({
    ...request,
    path: route.url.replace('{id}', id),
    // A document about another resource than the URL would be refused for that.
    body: setAt(request.body, ['data', 'id'], id),
  })
  return [{ name: 'path', type: typeOf(route), withId }]
}

function inFilters(route: Route, request: Request): Position[] {
  // A write ignores them, as clients need it.
  if (route.method !== 'GET') return []
  const names = Object.keys((route.query as { properties?: object } | undefined)?.properties ?? {})
  return names
    .filter((name) => /^filter\[\w*_id\]$/.test(name) && !name.includes('external'))
    .map((name) => ({
      name,
      // Filters by what the server does not have match nothing, whatever the id.
      type: referredTo(route, /\[(\w+)\]/.exec(name)![1]!) ?? 'contacts',
      withId: (id) => ({ ...request, path: `${request.path}?${name}=${id}` }),
    }))
}

const referredTo = (route: Route, filter: string) =>
  filter === 'site_id'
    ? 'sites'
    : resources.find(({ type }) => type === typeOf(route))?.filters[filter]?.refersTo

/** Those of the body that name a resource which exists. */
function inBody({ ids }: World, request: Request): Position[] {
  if (request.body instanceof FormData) {
    const form = request.body
    const withId = (id: string) => ({ ...request, body: formWith(form, { site_id: id }) })
    return [{ name: 'site_id', type: 'sites', withId }]
  }
  const known = new Map(Object.entries(ids).map(([type, id]) => [id, type]))
  return leavesOf(request.body).flatMap(({ path, value, beside }) => {
    // Of a list of ids, the name of the list.
    const list = typeof path.at(-1) === 'number' ? String(path.at(-2)) : ''
    const last = list.endsWith('_ids') ? list.replace(/s$/, '') : String(path.at(-1))
    const isId = (last === 'id' && path.length > 2) || last.endsWith('_id')
    if (!isId || typeof value !== 'string') return []
    const type = typeof beside.type === 'string' ? beside.type : idUnder(last, beside)
    if (ids[type] !== value && !known.has(value)) return []
    return [
      {
        name: `/${path.join('/')}`,
        type,
        withId: (id: string) => ({ ...request, body: setAt(request.body, path, id) }),
      },
    ]
  })
}

interface Leaf {
  path: (string | number)[]
  value: unknown
  /** The object that contains it. */
  beside: Record<string, unknown>
}

function leavesOf(value: unknown, path: (string | number)[] = [], beside: Leaf['beside'] = {}): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leavesOf(item, [...path, i], beside))
  if (typeof value !== 'object' || value === null) return [{ path, value, beside }]
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(member, [...path, name], value as Leaf['beside']),
  )
}

/** A copy with another value at this place; unchanged when it has no such place. */
function setAt(document: unknown, path: (string | number)[], value: string): unknown {
  if (document instanceof FormData) return document
  const copy = structuredClone(document)
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], copy)
  const last = path.at(-1)!
  if (typeof parent === 'object' && parent !== null && Object.hasOwn(parent, last))
    (parent as Record<string, unknown>)[last] = value
  return copy
}

/** An id of the same form that nothing has. */
const unknownLike = (id: string) =>
  /^\d+$/.test(id) ? '999999999999' : '00000000-0000-4000-8000-000000000000'

/** How the responses to foreign ids differ from those to ids that nobody has, and what the requests wrote. */
export async function leaksOf(
  own: World,
  foreign: World,
  positions: Position[],
  changedTables: () => Promise<string[]>,
): Promise<string[]> {
  const leaks = await Promise.all(positions.map((position) => leaksAt(own, foreign, position)))
  return [...leaks.flat(), ...(await changedTables()).map((table) => `${table} has changed`)]
}

async function leaksAt(own: World, foreign: World, position: Position): Promise<string[]> {
  const id = foreign.ids[position.type]
  if (id === undefined) return [`no foreign ${position.type} to try ${position.name} with`]
  const replies = [id, unknownLike(id)].map(async (tried) =>
    withoutId(await send(own, position.withId(tried)), tried),
  )
  const [toForeign, toUnknown] = await Promise.all(replies)
  return [
    ...(toForeign === toUnknown ? [] : [`${position.name}: ${toForeign} is not ${toUnknown}`]),
    ...(position.name.startsWith('filter') || Number(toForeign!.slice(0, 3)) >= 400
      ? []
      : [`${position.name}: is accepted: ${toForeign}`]),
  ]
}

/** Status, headers and body, without what differs between two requests. */
const withoutId = ({ status, headers, body }: Reply, id: string): string =>
  [status, headers.get('warning'), JSON.stringify({ ...body, meta: { ...body.meta, request_id: 'x' } })]
    .join(' ')
    .replaceAll(new RegExp(`(?<![\\w.-])${id}(?![\\w-])`, 'g'), '#')
