/** The requirements of JSON:API 1.1 on responses, each as a function that finds what violates it. */

export interface Exchange {
  method: string
  /** Path without query. */
  path: string
  query: URLSearchParams
  /** The document of the request; undefined when there is none, or it is no JSON. */
  sent: unknown
  status: number
  contentType: string
  location: string | null
  /** Something in the request was ignored. */
  hasWarning: boolean
  // biome-ignore lint/suspicious/noExplicitAny: any document
  body: any
  /** Whether the server runs with JSONAPI_STRICT. */
  isStrict: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: the members of any document are what is examined
type Any = any
type Rule = (exchange: Exchange) => string[]

const TOP_LEVEL = ['data', 'errors', 'meta', 'jsonapi', 'links', 'included']
const RESOURCE = ['id', 'type', 'lid', 'attributes', 'relationships', 'links', 'meta']
const IDENTIFIER = ['id', 'type', 'lid', 'meta']
const RELATIONSHIP = ['links', 'data', 'meta']
const ERROR = ['id', 'links', 'status', 'code', 'title', 'detail', 'source', 'meta']
const DOCUMENT_LINKS = ['self', 'related', 'describedby', 'first', 'last', 'prev', 'next']
/** Beyond the specification; see docs/jsonapi.md. */
const OUR_DOCUMENT_LINKS = ['current', 'documentation']
const OUR_RESOURCE_LINKS = ['customer', 'contact', 'rows']
/** Attributes that `fields[…]` does not leave out, because they are shown once. */
const SHOWN_ONCE = ['secret', 'client_secret', 'webhook_secret', 'link', 'activate_url', 'deactivate_url']
/** Types with an attribute `type`. */
const TYPED = ['custom_fields', 'fields']
const PAGING = ['first', 'last', 'prev', 'next']

const isObject = (value: unknown): value is Record<string, Any> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const others = (object: object, known: string[]) =>
  Object.keys(object).filter((name) => !known.includes(name) && !name.startsWith('@'))

const nameOf = ({ type, id }: { type: unknown; id: unknown }) => `${type} ${id}`

/** What has no address, as some of what is only included, has no link. */
const isOwnLink = ({ type, id }: Any, self: string | undefined): boolean =>
  self === undefined || self.endsWith(`/v1/${type}/${id}`)

/** What ends a resource answers `{"data": {}}`, and a sample of a hook is the body of a webhook. */
const isOurs = ({ method, path, body }: Exchange) =>
  (method === 'DELETE' && isObject(body?.data) && Object.keys(body.data).length === 0) ||
  (method === 'GET' && path.endsWith('_sample'))

/** The resources of the primary data. An item of a relationship has neither attributes nor relationships. */
const primary = ({ body }: Exchange): Any[] => [body.data ?? []].flat()
const isResource = (item: Any) => 'attributes' in item || 'relationships' in item || 'links' in item
const resources = (exchange: Exchange): Any[] => [
  ...primary(exchange).filter(isResource),
  ...(exchange.body.included ?? []),
]
const linkage = (resource: Any): Any[] =>
  Object.values<Any>(resource.relationships ?? {}).flatMap(({ data }) => (data ? [data].flat() : []))

/** A member name of JSON:API 1.1, without the letters that it advises against. */
const MEMBER_NAME = /^[a-zA-Z0-9](?:[\w-]*[a-zA-Z0-9])?$/

/** By the names that docs/jsonapi.md lists. */
export const RULES: Record<string, Rule> = {
  'media type without parameters': ({ contentType }) =>
    contentType === 'application/vnd.api+json' ? [] : [`is sent as ${contentType}`],

  'top-level members': ({ body }) => {
    if (!isObject(body)) return ['is not an object']
    const has = (name: string) => name in body
    return [
      ...others(body, TOP_LEVEL).map((name) => `has a member ${name}`),
      ...(has('data') || has('errors') || has('meta') ? [] : ['has neither data, errors nor meta']),
      ...(has('data') && has('errors') ? ['has both data and errors'] : []),
      ...(has('included') && !has('data') ? ['has included without data'] : []),
    ]
  },

  'resource objects': (exchange) => [
    ...primary(exchange)
      .filter((item) => !isResource(item))
      .flatMap((item) => identifierProblems(item)),
    ...resources(exchange).flatMap((resource) => [
      ...others(resource, RESOURCE).map((name) => `${nameOf(resource)} has a member ${name}`),
      ...['id', 'type']
        .filter((name) => typeof resource[name] !== 'string' || resource[name] === '')
        .map((name) => `the ${name} of ${nameOf(resource)} is not a string`),
    ]),
  ],

  'attributes and relationships share a namespace': (exchange) =>
    resources(exchange).flatMap((resource) => {
      const { attributes = {}, relationships = {} } = resource
      const names = Object.keys(attributes)
      return [
        ...names.filter((name) => name in relationships),
        ...[...names, ...Object.keys(relationships)].filter(
          (name) => name === 'id' || (name === 'type' && !TYPED.includes(resource.type)),
        ),
      ].map((name) => `${nameOf(resource)} has two fields ${name}`)
    }),

  'relationship objects': (exchange) =>
    resources(exchange).flatMap((resource) =>
      Object.entries<Any>(resource.relationships ?? {}).flatMap(([name, relationship]) => {
        const where = `${nameOf(resource)}, ${name}`
        const { links } = relationship
        return [
          ...(RELATIONSHIP.some((member) => member in relationship) ? [] : [`${where} is empty`]),
          ...others(relationship, RELATIONSHIP).map((member) => `${where} has a member ${member}`),
          ...(links && !('self' in links) && !('related' in links) ? [`${where} has no link`] : []),
          ...('data' in relationship && relationship.data !== null
            ? [relationship.data].flat().flatMap(identifierProblems)
            : []),
        ]
      }),
    ),

  'full linkage': (exchange) => {
    const { included = [] } = exchange.body
    const byName = new Map<string, Any>(included.map((resource: Any) => [nameOf(resource), resource]))
    const reached = new Set<string>()
    const follow = (resource: Any): void => {
      for (const identifier of linkage(resource)) {
        const name = nameOf(identifier)
        if (reached.has(name)) continue
        reached.add(name)
        if (byName.has(name)) follow(byName.get(name))
      }
    }
    for (const item of primary(exchange)) {
      reached.add(nameOf(item))
      follow(item)
    }
    return [...byName.keys()].filter((name) => !reached.has(name)).map((name) => `nothing names ${name}`)
  },

  'each resource once': (exchange) => {
    const names = resources(exchange).map(nameOf)
    return names.filter((name, i) => names.indexOf(name) !== i).map((name) => `${name} is there twice`)
  },

  'included when asked for': ({ query, body, status, hasWarning }) => {
    // A relationship that does not exist is ignored, with a Warning.
    if (status >= 300 || !('data' in body) || hasWarning) return []
    if (query.get('include') !== null) return 'included' in body ? [] : ['has no included']
    return 'included' in body ? ['has included, which nobody asked for'] : []
  },

  'sparse fieldsets': (exchange) =>
    resources(exchange).flatMap((resource) => {
      const asked = exchange.query.get(`fields[${resource.type}]`)?.split(',')
      if (exchange.query.getAll(`fields[${resource.type}]`).length !== 1 || !asked) return []
      const names = asked.map((name) => name.trim())
      const shown = exchange.isStrict
        ? { ...resource.attributes, ...resource.relationships }
        : (resource.attributes ?? {})
      return others(shown, [...names, ...SHOWN_ONCE]).map((name) => `${nameOf(resource)} shows ${name}`)
    }),

  links: (exchange) => {
    const own = exchange.body.links ?? {}
    return [
      ...others(own, [...DOCUMENT_LINKS, ...OUR_DOCUMENT_LINKS]).map((name) => `has a link ${name}`),
      ...Object.entries(own).flatMap(([name, link]) => linkProblems(name, link)),
      ...resources(exchange).flatMap((resource) => [
        ...others(resource.links ?? {}, ['self', ...OUR_RESOURCE_LINKS]).map(
          (name) => `${nameOf(resource)} has a link ${name}`,
        ),
        ...Object.entries(resource.links ?? {}).flatMap(([name, link]) => linkProblems(name, link)),
        ...(resource.links && !isOwnLink(resource, resource.links.self)
          ? [`the link of ${nameOf(resource)} leads to ${resource.links.self}`]
          : []),
      ]),
    ]
  },

  'links of pages': ({ body }) => {
    const { links = {}, data } = body
    const named = PAGING.filter((name) => name in links)
    if (!Array.isArray(data)) return named.map((name) => `has a link ${name}, and no list`)
    // A parameter that was ignored is in none of them.
    const kept = (link: string) =>
      [...new URL(link).searchParams].filter(([name]) => !name.startsWith('page[')).join('&')
    return named
      .filter((name) => kept(links[name]) !== kept(links.self))
      .map((name) => `the link ${name} has other filters than the document`)
  },

  'error objects': ({ body, status }) => {
    if (!('errors' in body)) return status >= 400 ? ['is an error without errors'] : []
    if (!Array.isArray(body.errors) || body.errors.length === 0) return ['has no list of errors']
    return body.errors.flatMap((error: Any) => [
      ...others(error, ERROR).map((name) => `an error has a member ${name}`),
      ...(error.status === String(status) ? [] : [`an error has the status ${error.status}`]),
      ...['code', 'title', 'detail'].filter((name) => typeof error[name] !== 'string'),
      ...others(error.source ?? {}, ['pointer', 'parameter', 'header']).map((name) => `a source has ${name}`),
    ])
  },

  'pointers to what was sent': ({ body, sent }) =>
    (Array.isArray(body.errors) ? body.errors : []).flatMap(({ source }: Any) =>
      source?.pointer && sent !== undefined && !exists(sent, source.pointer)
        ? [`${source.pointer} is not in the request`]
        : [],
    ),

  'member names': (exchange) =>
    [
      exchange.body.meta ?? {},
      ...resources(exchange).flatMap(({ attributes = {}, relationships = {}, meta = {} }) => [
        attributes,
        relationships,
        meta,
      ]),
    ]
      .flatMap((object) => others(object, []))
      .filter((name) => !MEMBER_NAME.test(name))
      .map((name) => `has a member ${name}`),

  'a new resource has an address': ({ method, status, body, location }) => {
    if (method !== 'POST' || status !== 201 || !body.data?.links) return []
    return location === body.data.links.self ? [] : [`Location is ${location}`]
  },
}

function identifierProblems(identifier: Any): string[] {
  if (!isObject(identifier as unknown)) return ['an identifier is not an object']
  return [
    ...others(identifier, [...IDENTIFIER]).map((name) => `${nameOf(identifier)} has a member ${name}`),
    ...['id', 'type']
      .filter((name) => typeof identifier[name] !== 'string')
      .map((name) => `${name} is no string`),
  ]
}

function linkProblems(name: string, link: unknown): string[] {
  const href = isObject(link) ? link.href : link
  if (link === null || (typeof href === 'string' && URL.canParse(href))) return []
  return [`the link ${name} is ${JSON.stringify(link)}`]
}

function exists(document: unknown, pointer: string): boolean {
  let value = document
  for (const name of pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false
    value = (value as Record<string, unknown>)[name]
  }
  return true
}

/** What a response violates, as `<requirement>: <how>`. */
export function violationsOf(exchange: Exchange): string[] {
  if (isOurs(exchange)) return []
  // The others examine the members of an object.
  const names = isObject(exchange.body) ? Object.keys(RULES) : ['top-level members']
  return names.flatMap((name) => RULES[name]!(exchange).map((how) => `${name}: ${how}`))
}
