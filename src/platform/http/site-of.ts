import { type Static, Type } from 'typebox'
import { badRequest, notFound } from '../jsonapi/errors.ts'
import type { WriteContext } from './route.ts'

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
  const named = body.data.relationships?.site?.data.id
  if (named !== undefined) {
    const id = caller.siteIds.find((siteId) => siteId === String(named))
    if (id) return id
    throw notFound(`There is no site with the id ${named}.`, { pointer: '/data/relationships/site/data/id' })
  }
  if (caller.siteIds.length === 1) return caller.siteIds[0]!
  throw badRequest(
    'site_required',
    'The account has several sites. Specify one with {"relationships": {"site": {"data": {"type": "sites", "id": "…"}}}}.',
    { pointer: '/data' },
  )
}
