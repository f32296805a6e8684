import type { PageRun } from './page-run.ts'
import { NotThere, type Source, type SourcePage, type SourceRow } from './source.ts'

/** A list of the other server, and what is done with its pages. Lists are read in their order: later ones refer to earlier ones. */
export interface SourceList {
  /** In the summary, and how far it was read; the type of its resources. */
  name: string
  /** Types that its pages write besides, such as the lessons of courses. */
  others?: string[]
  path: string
  /** It has the filter by site; otherwise its rows name their site. */
  isBySite: boolean
  query?: Record<string, string>
  /** Of the largest page; 500 if left out. */
  pageSize?: number
  /** Kajabi does not have it: what it lacks is not missed. */
  isOptional?: boolean
  /** What is asked for besides a page, before its transaction. */
  addDetails?(source: Source, page: SourcePage): Promise<SourcePage>
  /** @param siteId the site here */
  write(run: PageRun, siteId: string, rows: SourceRow[], page: SourcePage): Promise<void>
  /** What is done when the list of a site has been read, in a transaction of its own. */
  finish?(run: PageRun, siteId: string): Promise<void>
}

/** Shows each resource of a page alone, with what its list leaves out. What was archived since the list was read is missing. */
export const detailsOf =
  (path: string, include: string): NonNullable<SourceList['addDetails']> =>
  async (source, page) => {
    const details = []
    for (const { id } of page.rows) {
      try {
        details.push(await source.one(`${path}/${id}`, { include }))
      } catch (error) {
        if (!(error instanceof NotThere)) throw error
      }
    }
    return {
      ...page,
      rows: details.map(({ row }) => row),
      included: details.flatMap(({ included }) => included),
    }
  }
