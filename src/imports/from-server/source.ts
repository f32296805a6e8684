import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, type Retry } from '../../client/connection.ts'
import { BestowError } from '../../client/errors.ts'

/** One resource of the other server, as its API shows it. */
export interface SourceRow {
  id: string
  type: string
  attributes: Record<string, unknown>
  relationships: Record<string, { data?: SourceRef | SourceRef[] | null } | undefined>
}

export interface SourceRef {
  type: string
  id: string
}

export interface SourcePage {
  rows: SourceRow[]
  included: SourceRow[]
  /** How many rows the list has; null: the server does not say. */
  total: number | null
  hasMore: boolean
}

export interface SourceOptions {
  /** Of the server, with or without /v1. */
  url: string
  clientId: string
  clientSecret: string
  /** How long a request is tried again that gets no answer, or one that asks to wait; milliseconds. */
  patienceMs?: number
  /** Called before each pause after which a request is tried again. */
  onRetry?: (retry: Retry) => void
}

/** Why the other server cannot be read, in words that say what to do. Nothing is lost: a later run continues. */
export class SourceError extends Error {}

/** What the key of the other server may not read. */
export class NotPermitted extends Error {}

/** What the other server does not have. */
export class NotThere extends Error {}

const PATIENCE_MS = 600_000
const MOST_RETRIES = 50
/** Kajabi answers this when it is busy, too. */
const SERVER_ERROR = 500
const SERVER_ERROR_RETRIES = 4
const FIRST_PAUSE_MS = 250

/** Another server that speaks this API. Only what Kajabi has is needed of it: no cursors, no keys of idempotency. */
export class Source {
  readonly url: string
  readonly #connection: Connection
  readonly #onRetry: (retry: Retry) => void

  /** @throws SourceError for an address that is none */
  constructor({ url, clientId, clientSecret, patienceMs = PATIENCE_MS, onRetry = () => {} }: SourceOptions) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw new SourceError(`"${url}" is no address. Give that of the server, as in https://api.kajabi.com.`)
    this.#connection = new Connection({
      baseUrl: url,
      clientId,
      clientSecret,
      extensions: false,
      retries: MOST_RETRIES,
      retryWithinMs: patienceMs,
      timeoutMs: 60_000,
      onRetry,
    })
    this.#onRetry = onRetry
    this.url = this.#connection.baseUrl
  }

  /**
   * A page of a list, counted from 1.
   *
   * @throws SourceError, NotPermitted, NotThere
   */
  async page(path: string, query: Record<string, string>, number: number, size: number): Promise<SourcePage> {
    const parameters = { ...query, 'page[number]': String(number), 'page[size]': String(size) }
    const { data, included = [], meta, links } = await this.#get<ListDocument>(path, parameters)
    if (!Array.isArray(data)) throw notThisApi(this.url)
    const hasMore = links ? Boolean(links.next) : data.length === size
    return { rows: data.map(complete), included: included.map(complete), total: totalIn(meta), hasMore }
  }

  /**
   * One resource, with what is included.
   *
   * @throws SourceError, NotPermitted, NotThere
   */
  async one(
    path: string,
    query: Record<string, string> = {},
  ): Promise<{ row: SourceRow; included: SourceRow[] }> {
    const { data, included = [] } = await this.#get<OneDocument>(path, query)
    return { row: complete(data), included: included.map(complete) }
  }

  async #get<Document>(path: string, query: Record<string, string>): Promise<Document> {
    const search = new URLSearchParams(query).toString()
    const headers = { accept: 'application/vnd.api+json' }
    const address = search === '' ? path : `${path}?${search}`
    for (let attempt = 0; ; attempt += 1) {
      try {
        const text = await this.#connection.send(address, { headers }, (response) => response.text())
        return read<Document>(text, this.url)
      } catch (error) {
        if (!(error instanceof BestowError)) throw error
        if (error.status !== SERVER_ERROR || attempt === SERVER_ERROR_RETRIES)
          throw this.#explain(error, path)
        const pauseMs = FIRST_PAUSE_MS * 2 ** attempt
        const leftMs = FIRST_PAUSE_MS * (2 ** SERVER_ERROR_RETRIES - 2 ** attempt)
        this.#onRetry({ reason: error.message, pauseMs, leftMs })
        await sleep(pauseMs)
      }
    }
  }

  #explain(error: BestowError, path: string): Error {
    const { status, message } = error
    if (status === 401)
      return new SourceError(
        `${this.url} refuses the client id and secret: ${message} Copy both again from the API keys of the other server.`,
      )
    if (status === 403) return new NotPermitted(`The API key may not read it: ${message}`)
    if (status === 404 || status === 501) return new NotThere(`${this.url} does not have ${path}.`)
    if (status === 0)
      return new SourceError(`${this.url} cannot be reached. Check the address; the same command continues.`)
    return new SourceError(
      `${this.url}${path} answered ${status}: ${message} Try again later; the same command continues.`,
    )
  }
}

interface ListDocument {
  data: SourceRow[]
  included?: SourceRow[]
  meta?: Record<string, unknown>
  links?: { next?: string | null }
}

interface OneDocument {
  data: SourceRow
  included?: SourceRow[]
}

const notThisApi = (url: string) =>
  new SourceError(
    `${url} does not answer like this API. Give the address of the API, as in https://api.kajabi.com.`,
  )

function read<Document>(text: string, url: string): Document {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document === 'object' && document !== null && 'data' in document) return document as Document
  } catch {
    // A page of a web site.
  }
  throw notThisApi(url)
}

/** A server may leave out what is empty. */
const complete = ({ id, type, attributes, relationships }: SourceRow): SourceRow => ({
  id: String(id),
  type,
  attributes: attributes ?? {},
  relationships: relationships ?? {},
})

function totalIn(meta: Record<string, unknown> = {}): number | null {
  const total = meta.total_count ?? meta.total
  return typeof total === 'number' ? total : null
}

/** The id in a to-one relationship; null: there is none, or the server does not say. */
export function oneIn({ relationships }: SourceRow, name: string): string | null {
  const data = relationships[name]?.data
  return data && !Array.isArray(data) ? String(data.id) : null
}

/** The ids in a to-many relationship; undefined: the server does not say. */
export function manyIn({ relationships }: SourceRow, name: string): string[] | undefined {
  const data = relationships[name]?.data
  return Array.isArray(data) ? data.map(({ id }) => String(id)) : undefined
}
