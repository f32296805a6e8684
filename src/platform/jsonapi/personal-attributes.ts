import type { App } from '../app.ts'
import { singleDocument } from './document.ts'
import { loadOne } from './load.ts'
import type { Resource } from './resource.ts'

/** What the columns of personal attributes are set to when the person is erased. */
export const erasedColumns = ({ attributes }: Resource): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { personal }]) =>
      personal ? [[name, personal.erasedTo]] : [],
    ),
  )

/** The attributes of a resource as the API shows them. @throws ApiError 404 */
export async function readShown(app: App, resource: Resource, siteId: string, id: string): Promise<object> {
  const { resources, clock, publicUrl } = app
  const scope = { siteIds: [siteId], now: clock.now(), baseUrl: publicUrl, resources }
  const query = { fields: {}, include: {} }
  const { data } = singleDocument(await loadOne(app.db, resource, id, query, scope), query, scope)
  return { id, ...data.attributes }
}
