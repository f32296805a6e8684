import { CONNECTION, type Connection } from './connection.ts'
import { request } from './request.ts'

/** What a list answers with. */
export interface Page {
  data: unknown[]
  links?: { next?: string | null } & object
}

// biome-ignore lint/suspicious/noExplicitAny: of any operation, whose own types the caller has
export type List = (...args: any[]) => Promise<Page>

/** Names of a list's parameters that say which page is wanted. */
const CHOOSES_PAGE = /^page\[(number|after|before)\]$/

/**
 * The pages of a list, each requested when the one before it was used: follows `links.next` until it is absent.
 *
 * @param args of the operation. Unless they choose a page, the first one is asked for by cursor where the server has
 *   them, so that rows are neither missed nor repeated while others are added.
 */
export async function* pagesOf(
  connection: Connection,
  list: List,
  args: unknown[],
): AsyncGenerator<Page, void> {
  if (typeof list !== 'function')
    throw new TypeError(
      'pages() and all() take the operation itself, with its parameters after it. Example: api.all(api.listContacts)',
    )
  let page = await list(...(connection.extensions ? byCursor(args) : args))
  for (;;) {
    yield page
    const next = page.links?.next
    if (!next) return
    page = await request<Page>(pathOf(next, connection.baseUrl), { [CONNECTION]: connection })
  }
}

/** Parameters of a query come last, after the ids in the path, which are strings. */
function byCursor(args: unknown[]): unknown[] {
  const last = args.at(-1)
  const parameters = typeof last === 'object' && last !== null ? last : {}
  const others = last === parameters || last === undefined ? args.slice(0, -1) : args
  if (Object.keys(parameters).some((name) => CHOOSES_PAGE.test(name))) return args
  return [...others, { ...parameters, 'page[after]': '' }]
}

/** Without its origin: the token goes to the server of the client alone, under the address that the client knows. */
function pathOf(link: string, baseUrl: string): string {
  const { pathname, search } = new URL(link, `${baseUrl}/`)
  const prefix = new URL(baseUrl).pathname.replace(/\/$/, '')
  return (prefix && pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : pathname) + search
}
