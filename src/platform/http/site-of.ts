import { type Static, Type } from 'typebox'
import { badRequest, type ErrorSource, notFound } from '../jsonapi/errors.ts'
import type { ReadContext, WriteContext } from './route.ts'

/** The relationships of a document that makes something: of which site it is. */
export const SiteRelationship = Type.Object({
  site: Type.Optional(
    Type.Object({
      data: Type.Object({ type: Type.Literal('sites'), id: Type.Union([Type.String(), Type.Integer()]) }),
    }),
  ),
})

type OfSite = { data: { relationships?: Static<typeof SiteRelationship> } }

/**
 * The site that something new is for: the one that the document names, or the only one there is.
 *
 * @throws ApiError 404 for a site that is not the caller's, 400 when it must be named
 */
export function siteOf({ body, caller }: Pick<WriteContext<OfSite>, 'body' | 'caller'>): string {
  return chooseSite(caller.siteIds, body.data.relationships?.site?.data.id, {
    named: { pointer: '/data/relationships/site/data/id' },
    missing: { pointer: '/data' },
    how: '{"relationships": {"site": {"data": {"type": "sites", "id": "…"}}}}',
  })
}

const noSite = (id: string | number, source?: ErrorSource) =>
  notFound(`There is no site with the id ${id}.`, source)

interface Places {
  named?: ErrorSource
  missing?: ErrorSource
  /** How a request says which site it is about. */
  how: string
}

/** The site of this id, or the only one there is. @throws ApiError 404, 400 */
export function chooseSite(
  siteIds: string[],
  given: string | number | undefined,
  { named, missing, how }: Places,
): string {
  if (given !== undefined) {
    const id = siteIds.find((siteId) => siteId === String(given))
    if (id) return id
    throw noSite(given, named)
  }
  if (siteIds.length === 1) return siteIds[0]!
  throw badRequest('site_required', `The account has several sites. Specify one with ${how}.`, missing)
}

const PARAMETER = 'filter[site_id]'

/** The site that the path of a request names. @throws ApiError 404 */
export function siteInPath({ caller, params }: Pick<ReadContext, 'caller' | 'params'>): string {
  const id = params.id!
  if (!caller.siteIds.includes(id)) throw noSite(id)
  return id
}

/** The query of an operation about a site. */
export const SiteQuery = Type.Object({
  [PARAMETER]: Type.Optional(Type.String({ description: 'The site; required when the account has several' })),
})

/** The site that the query of a request names, or the only one there is. @throws ApiError 404, 400 */
export const siteInQuery = (siteIds: string[], query: Record<string, unknown>): string =>
  chooseSite(siteIds, query[PARAMETER] as string | undefined, {
    named: { parameter: PARAMETER },
    missing: { parameter: PARAMETER },
    how: `${PARAMETER}=…`,
  })
