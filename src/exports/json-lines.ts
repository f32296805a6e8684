import type { Db } from '../platform/db/database.ts'
import { cursorPageDocument } from '../platform/jsonapi/document.ts'
import { isByCursor, loadByCursor } from '../platform/jsonapi/load-by-cursor.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Resource } from '../platform/jsonapi/resource.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'

const PAGE = '500'

/**
 * The resources of a type as the API shows them, without links: a line of JSON for each.
 *
 * @param scope its sites follow each other, since sites can have different custom fields
 */
export async function* writeJsonLines(db: Db, resource: Resource, scope: LoadScope): AsyncGenerator<string> {
  for (const siteId of scope.siteIds) yield* linesOfSite(db, resource, { ...scope, siteIds: [siteId] })
}

async function* linesOfSite(db: Db, resource: Resource, scope: LoadScope): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const parameters = { 'page[size]': PAGE, 'page[after]': after }
    const query = parseQuery(resource, parameters, scope)
    if (!isByCursor(query)) throw new Error(`${resource.type} are not listed by cursor.`)
    const page = await loadByCursor(db, resource, query, scope)
    const { data } = cursorPageDocument(page, query, parameters, scope)
    yield data.map(({ links: _, ...object }) => `${JSON.stringify(object)}\n`).join('')
    if (!page.hasNext) return
    after = page.end
  }
}
