/**
 * A client of the API, for Node and browsers: a function for each operation of the OpenAPI document, with its types.
 * docs/client.md explains it.
 */
import { assertClientOptions } from './check-options.ts'
import { type ClientOptions, CONNECTION, Connection, type RequestOptions } from './connection.ts'
import { operations } from './generated.ts'
import { type List, type Page, pagesOf } from './pages.ts'

export type { ClientOptions, RequestOptions, Retry } from './connection.ts'
export { BestowError, type Problem, UncertainOutcomeError } from './errors.ts'
export { type Flat, flatten } from './flatten.ts'
export type * from './generated.ts'

/** Tokens are what a client takes care of. */
type Operations = Omit<typeof operations, 'createToken' | 'revokeToken'>

type DocumentOf<Lister extends List> = Awaited<ReturnType<Lister>>

export interface Client extends Operations {
  /** The pages of a list: `for await (const { data, included } of api.pages(api.listContacts, { include: 'tags' }))`. */
  pages: <Lister extends List>(
    list: Lister,
    ...args: Partial<Parameters<Lister>>
  ) => AsyncGenerator<DocumentOf<Lister>, void>
  /** Everything in a list, page by page: `for await (const contact of api.all(api.listContacts))`. */
  all: <Lister extends List>(
    list: Lister,
    ...args: Partial<Parameters<Lister>>
  ) => AsyncGenerator<DocumentOf<Lister>['data'][number], void>
}

/**
 * Makes a client. Nothing is sent before the first operation is called.
 *
 * @throws TypeError that says what is wrong with an option; Error when a client secret is given in a browser
 */
export function createClient(options: ClientOptions): Client {
  assertClientOptions(options)
  const connection = new Connection(options)
  const { createToken, revokeToken, ...own } = operations
  async function* all(list: List, ...args: unknown[]) {
    for await (const page of pagesOf(connection, list, args)) yield* page.data
  }
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, call]) => [name, bind(call, connection)])),
    pages: (list: List, ...args: unknown[]): AsyncGenerator<Page, void> => pagesOf(connection, list, args),
    all,
  } as unknown as Client
}

// biome-ignore lint/suspicious/noExplicitAny: the generated functions, whose types the client keeps
type Operation = (...args: any[]) => Promise<unknown>

/** The options are the last parameter of every generated function. */
function bind(operation: Operation, connection: Connection): Operation {
  const last = operation.length - 1
  return (...args) => {
    const padded = Array.from({ length: last }, (_, index) => args[index])
    const options: RequestOptions = { ...(args[last] as RequestOptions), [CONNECTION]: connection }
    return operation(...padded, options)
  }
}
