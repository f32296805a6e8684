import { managing } from '../auth/permissions.ts'
import type { Tx } from '../db/database.ts'
import type { Resource } from '../jsonapi/resource.ts'
import { singleParameters, singleSchema } from '../jsonapi/schemas.ts'
import { label, showOne } from './resource-routes.ts'
import { type Route, route, type WriteContext } from './route.ts'

export interface Change<Locked> {
  summary: string
  description: string
  /** See Route. */
  records?: Route['records']
  change: (context: WriteContext, locked: Locked) => Promise<void>
}

/**
 * `POST /v1/<type>/{id}/<verb>`: changes a resource that is locked, and returns it.
 *
 * @param lock of the caller's sites; throws ApiError 404
 */
export const changeRoutes =
  <Locked extends { id: string }>(
    resource: Resource,
    lock: (tx: Tx, siteIds: string[], id: string) => Promise<Locked>,
  ) =>
  (verb: string, { summary, description, records, change }: Change<Locked>): Route =>
    route({
      kind: 'write',
      method: 'POST',
      url: `/v1/${resource.type}/{id}/${verb}`,
      access: managing(resource),
      summary,
      description,
      ...(records && { records }),
      tag: label(resource),
      shows: resource,
      query: singleParameters(resource),
      responses: { 200: singleSchema(resource) },
      async handler(context) {
        const { tx, params, caller } = context
        const locked = await lock(tx, caller.siteIds, params.id!)
        await change(context, locked)
        return { body: await showOne(context, resource, locked.id) }
      },
    })
