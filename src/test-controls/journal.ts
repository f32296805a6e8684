import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, nameOf } from './faults.ts'

/** The oldest are dropped. */
const MOST_ENTRIES = 1_000
/** In bytes; longer bodies are left out. */
const LONGEST_BODY = 65_536

const SECRET = /password|passphrase|secret|token|authorization|cookie|credential/i

/** A request that the server has received. What is secret in it is replaced by "[secret]". */
export interface Entry {
  at: string
  method: string
  /** Without the query. */
  path: string
  query: Record<string, string>
  headers: Record<string, unknown>
  /** Of JSON and of forms; null for others, for none, and for more than 64 kB. */
  body: unknown
  /** Null: it was not answered, or not yet. */
  status: number | null
  /** The fault that it has met, as in the header X-Bestow-Fault. */
  fault: string | null
}

interface Open extends Omit<Entry, 'body'> {
  /** What has arrived of the body; null: too much. */
  chunks: Buffer[] | null
}

/** What a server was asked, so that tests can say what their code has sent. */
export class Journal {
  #entries: Open[] = []
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  get entries(): Entry[] {
    return this.#entries.map(({ chunks, ...entry }) => ({
      ...entry,
      body: chunks && withoutSecrets(parse(String(entry.headers['content-type']), Buffer.concat(chunks))),
    }))
  }

  clear(): void {
    this.#entries = []
  }

  /** Notes a request at its beginning, and what comes of it. */
  begin(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    // Not by URL, which takes what begins with // for the name of a host.
    const [path = '', ...query] = request.url!.split('?')
    const parameters = new URLSearchParams(query.join('?'))
    const entry: Open = {
      at: this.#now().toISOString(),
      method: request.method!,
      path,
      query: withoutSecrets(Object.fromEntries(parameters)) as Record<string, string>,
      headers: withoutSecrets(request.headers) as Record<string, unknown>,
      chunks: [],
      status: null,
      fault: fault ? nameOf(fault) : null,
    }
    this.#entries.push(entry)
    if (this.#entries.length > MOST_ENTRIES) this.#entries.shift()
    keepBody(request, entry)
    // An answer that a fault has cut off was not one.
    if (!fault?.drop && !fault?.truncate)
      response.once('finish', () => {
        entry.status = response.statusCode
      })
  }
}

/** Where node puts in what has arrived: a listener for data would take it away from those who read it later. */
function keepBody(request: IncomingMessage, entry: Open): void {
  const push = request.push.bind(request)
  let length = 0
  request.push = (chunk: Buffer | null, encoding) => {
    length += chunk?.length ?? 0
    if (length > LONGEST_BODY) entry.chunks = null
    else if (chunk) entry.chunks!.push(chunk)
    return push(chunk, encoding)
  }
}

function parse(type: string, body: Buffer): unknown {
  const text = body.toString()
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text))
  if (!type.includes('json')) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A copy. */
const withoutSecrets = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (key, one) =>
      SECRET.test(key) && typeof one === 'string' && one !== '' ? '[secret]' : one,
    ),
  )
