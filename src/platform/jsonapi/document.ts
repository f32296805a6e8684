import type { CursorPage, Direction } from './cursors.ts'
import { identifier } from './identifiers.ts'
import type { LoadedPage } from './load.ts'
import type { LoadedCursorPage } from './load-by-cursor.ts'
import type { Loaded, LoadedDocument } from './load-related.ts'
import type { QueryParameters, ResourceQuery } from './query.ts'
import type { Row, Scope } from './resource.ts'
import { shownAttributes } from './select-rows.ts'
import { SITE_ATTRIBUTES } from './site-attributes.ts'

type Fields = Record<string, string[]>

/** The document of one resource. @param parameters those that the links keep: those of the GET that it answers */
export function singleDocument(
  loaded: LoadedDocument,
  asked: Pick<ResourceQuery, 'fields' | 'asksToInclude'>,
  scope: Scope,
  parameters: QueryParameters = {},
) {
  const { resource, rows } = loaded.primary
  const query = queryString(parameters)
  const self = `${scope.baseUrl}/v1/${resource.type}/${rows[0]!.id}${query && `?${query}`}`
  return {
    data: resourceObjects(loaded.primary, asked.fields, scope)[0]!,
    ...includedPart(loaded, asked, scope),
    links: { self, current: self },
  }
}

/**
 * The document of a page, with links to its neighbours that keep every parameter.
 *
 * @param path of the list, relative to the base URL
 */
export function pageDocument(
  loaded: LoadedPage,
  query: ResourceQuery,
  parameters: QueryParameters,
  scope: Scope,
  path = `/v1/${loaded.primary.resource.type}`,
) {
  const { number, size } = query.page
  const pages = Math.max(1, Math.ceil(loaded.total / size))
  const page = (wanted: number) =>
    `${scope.baseUrl}${path}?${pageParameters(parameters, { 'page[number]': String(wanted), 'page[size]': String(size) })}`
  return {
    data: resourceObjects(loaded.primary, query.fields, scope),
    ...includedPart(loaded, query, scope),
    links: {
      self: page(number),
      current: page(number),
      first: page(1),
      ...(number > 1 && { prev: page(Math.min(number - 1, pages)) }),
      // Absent on the last page: clients loop for as long as it is there.
      ...(number < pages && { next: page(number + 1) }),
      last: page(pages),
    },
    meta: { total_pages: pages, total_count: loaded.total, total: loaded.total, current_page: number },
  }
}

/**
 * The document of a page by cursor. It has no totals, since counting takes longer than the page itself, and its cursors
 * are in `meta` also where a link is missing: a client that has seen the last page goes on from there later.
 *
 * @param path of the list, relative to the base URL
 */
export function cursorPageDocument(
  { start, end, hasPrevious, hasNext, ...loaded }: LoadedCursorPage,
  query: ResourceQuery & { cursor: CursorPage },
  parameters: QueryParameters,
  scope: Scope,
  path = `/v1/${loaded.primary.resource.type}`,
) {
  const { size } = query.page
  const { direction, cursor } = query.cursor
  const page = (towards: Direction, from: string) =>
    `${scope.baseUrl}${path}?${pageParameters(parameters, { [`page[${towards}]`]: from, 'page[size]': String(size) })}`
  const self = page(direction, cursor)
  return {
    data: resourceObjects(loaded.primary, query.fields, scope),
    ...includedPart(loaded, query, scope),
    links: {
      self,
      current: self,
      first: page('after', ''),
      ...(hasPrevious && { prev: page('before', start) }),
      ...(hasNext && { next: page('after', end) }),
      last: page('before', ''),
    },
    meta: { cursors: { before: start, after: end } },
  }
}

const PAGE_PARAMETERS = ['page[number]', 'page[size]', 'page[after]', 'page[before]']

function pageParameters(parameters: QueryParameters, page: Record<string, string>): string {
  const kept = Object.entries(parameters).filter(([name]) => !PAGE_PARAMETERS.includes(name))
  return queryString({ ...Object.fromEntries(kept), ...page })
}

function queryString(parameters: QueryParameters): string {
  const query = new URLSearchParams()
  for (const [name, given] of Object.entries(parameters)) {
    for (const value of [given].flat()) query.append(name, value)
  }
  return query.toString()
}

/** Given whenever it was asked for, also when nothing is related. */
function includedPart(
  loaded: LoadedDocument,
  { fields, asksToInclude }: Pick<ResourceQuery, 'fields' | 'asksToInclude'>,
  scope: Scope,
) {
  const primary = loaded.primary
  const shown = new Set(primary.rows.map(({ id }) => id))
  const included = loaded.included.flatMap((more) =>
    resourceObjects(more, fields, scope).filter(
      ({ type, id }) => type !== primary.resource.type || !shown.has(id),
    ),
  )
  return loaded.included.length > 0 || asksToInclude ? { included } : {}
}

function resourceObjects(loaded: Loaded, fields: Fields, scope: Scope) {
  const names = shownAttributes(loaded.resource, fields)
  return loaded.rows.map((row) => ({
    id: row.id,
    type: loaded.resource.type,
    attributes: {
      ...Object.fromEntries(names.map((name) => [name, attributeValue(loaded, name, row, scope)])),
      ...siteAttributesOf(loaded, row, fields),
    },
    relationships: relationshipsOf(loaded, row, fields, scope),
    links: {
      ...(loaded.resource.hasAddress !== false && {
        self: `${scope.baseUrl}/v1/${loaded.resource.type}/${row.id}`,
      }),
      ...absolute(loaded.resource.links?.(row) ?? {}, scope),
    },
  }))
}

function siteAttributesOf({ resource: { type } }: Loaded, row: Row, fields: Fields): object {
  const values = (row[SITE_ATTRIBUTES] ?? {}) as Record<string, unknown>
  const asked = fields[type]
  return asked ? Object.fromEntries(Object.entries(values).filter(([name]) => asked.includes(name))) : values
}

function attributeValue({ resource }: Loaded, name: string, row: Row, scope: Scope): unknown {
  const { present } = resource.attributes[name]!
  const value = row[name]
  if (present) return present(value, scope)
  return value instanceof Date ? value.toISOString() : value
}

function relationshipsOf(
  { resource, edges }: Loaded,
  row: Row,
  fields: Fields,
  scope: Scope,
): Record<string, unknown> {
  const relationships: Record<string, unknown> = {}
  const asked = scope.strict ? fields[resource.type] : undefined
  for (const [name, relationship] of Object.entries(resource.relationships)) {
    if (asked && !asked.includes(name)) continue
    if (relationship.kind === 'one') {
      const id = row[`rel_${name}`] as string | null
      relationships[name] = { data: id === null ? null : identifier(relationship.type, id) }
      continue
    }
    const ids = edges.get(name)?.get(row.id)
    const self = `${scope.baseUrl}/v1/${resource.type}/${row.id}/relationships/${name}`
    const known = {
      ...(relationship.hasEndpoint && { links: { self } }),
      ...(ids && { data: ids.map((id) => identifier(relationship.type, id)) }),
    }
    if (Object.keys(known).length > 0) relationships[name] = known
  }
  return relationships
}

const absolute = (links: Record<string, string>, { baseUrl }: Scope) =>
  Object.fromEntries(Object.entries(links).map(([name, path]) => [name, baseUrl + path]))
