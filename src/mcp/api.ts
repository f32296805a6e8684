/** The API as tools use it: requests with the token of the caller, and errors as one sentence. */

/** Sends a request to this server. `path` begins with /. */
export type Send = (request: {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}) => Promise<{ status: number; body: string }>

/** A resource of a response, or its top level. */
// biome-ignore lint/suspicious/noExplicitAny: documents of any operation
export type Json = any

/** What the API refuses; its message is for whoever called the tool. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const MEDIA_TYPE = 'application/vnd.api+json'

export class Api {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** @returns the document of the response; null without one. @throws Refusal for an error of the API */
  async request(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Json> {
    const response = await this.#send({
      method,
      path,
      headers: {
        accept: MEDIA_TYPE,
        ...(body && { 'content-type': MEDIA_TYPE }),
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (response.status >= 400) throw refusalOf(response)
    return response.body === '' ? null : JSON.parse(response.body)
  }

  get(path: string, query: Record<string, string> = {}): Promise<Json> {
    return this.request('GET', withQuery(path, query))
  }

  /** A page of the developer site as Markdown; null when there is none. */
  async page(path: string, query: Record<string, string> = {}): Promise<string | null> {
    const response = await this.#send({
      method: 'GET',
      path: withQuery(`/docs/${path}.md`, query),
      headers: { accept: 'text/markdown' },
    })
    if (response.status === 404) return null
    if (response.status >= 400) throw refusalOf(response)
    return response.body
  }
}

/** The document that creates a resource. */
export const resource = (
  type: string,
  attributes: object,
  siteId?: string,
  relationships: object = {},
): object => ({
  data: {
    type,
    attributes,
    relationships: {
      ...(siteId && { site: { data: { type: 'sites', id: siteId } } }),
      ...relationships,
    },
  },
})

const withQuery = (path: string, query: Record<string, string>): string =>
  Object.keys(query).length === 0 ? path : `${path}?${new URLSearchParams(query)}`

function refusalOf({ status, body }: { status: number; body: string }): Refusal {
  const errors = errorsIn(body)
  const sentences = errors.map(({ code, detail, source }) =>
    [`${status} ${code}: ${detail}`, source?.pointer && `(${source.pointer})`].filter(Boolean).join(' '),
  )
  return new Refusal(status, sentences.join('\n') || `The server answered with ${status}.`)
}

function errorsIn(body: string): { code: string; detail: string; source?: { pointer?: string } }[] {
  try {
    return JSON.parse(body).errors ?? []
  } catch {
    return []
  }
}
