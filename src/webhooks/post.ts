import type { Agent, Dispatcher } from 'undici'

export interface Posting {
  url: URL
  headers: Record<string, string>
  body: string
}

/** What came of a request: an answer, or the name of what went wrong. */
export interface Answered {
  durationMs: number
  status: number | null
  retryAfter: string | null
  /** The beginning of it. */
  body: string | null
  error: PostError | null
}

export type PostError =
  | 'timed_out'
  | 'name_not_found'
  | 'private_target'
  | 'connection_refused'
  | 'unreachable'
  | 'tls_failed'
  | 'connection_broken'
  | 'malformed_answer'
  | 'connection_failed'

/** For everything together: connecting, sending, the answer to its end. */
export const TIMEOUT_MS = 15_000
const KEPT_BYTES = 20_000
/** Of an answer that goes on beyond, the connection is not worth keeping. */
const READ_BYTES = 200_000

/**
 * Sends a request, once, and follows no redirect. Never throws. The status decides: an answer that then breaks off
 * or does not end in time has been given.
 */
export function post(agent: Agent, posting: Posting, timeoutMs = TIMEOUT_MS): Promise<Answered> {
  return new Promise((resolve) => {
    const begun = performance.now()
    const answer: Pick<Answered, 'status' | 'retryAfter'> = { status: null, retryAfter: null }
    const chunks: Buffer[] = []
    let bytes = 0
    let isOver = false
    let controller: Dispatcher.DispatchController | undefined

    const end = (error: PostError | null) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      resolve({
        ...answer,
        durationMs: Math.round(performance.now() - begun),
        body: answer.status === null ? null : textOf(chunks),
        error: answer.status === null ? error : null,
      })
    }
    const truncated = (error: PostError) => {
      end(error)
      controller?.abort(new Error(error))
    }
    const timer = setTimeout(() => truncated('timed_out'), timeoutMs)

    agent.dispatch(requestOf(posting), {
      onRequestStart(given) {
        controller = given
        // A connection came too late.
        if (isOver) controller.abort(new Error('timed_out'))
      },
      onRequestUpgrade: (_, __, ___, socket) => {
        end('malformed_answer')
        socket.destroy()
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return
        answer.status = status
        answer.retryAfter = String(headers['retry-after'] ?? '') || null
      },
      onResponseData(_, chunk) {
        if (bytes < KEPT_BYTES) chunks.push(Buffer.from(chunk.subarray(0, KEPT_BYTES - bytes)))
        bytes += chunk.length
        if (bytes > READ_BYTES) truncated('malformed_answer')
      },
      onResponseEnd: () => end(null),
      onResponseError: (_, error) => end(nameOf(error)),
    })
  })
}

const requestOf = ({ url, headers, body }: Posting): Dispatcher.DispatchOptions => ({
  origin: url.origin,
  path: url.pathname + url.search,
  method: 'POST',
  headers,
  body,
})

/** A receiver may answer anything. */
const textOf = (chunks: Buffer[]) =>
  Buffer.concat(chunks).toString('utf8').replaceAll('\u0000', '').toWellFormed()

const NAMES: [PostError, RegExp][] = [
  ['private_target', /^PRIVATE_TARGET$/],
  ['timed_out', /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/],
  ['name_not_found', /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/],
  ['connection_refused', /^ECONNREFUSED$/],
  ['unreachable', /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/],
  ['tls_failed', /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/],
  ['malformed_answer', /^(HPE_|HTTPParserError|UND_ERR_(HEADERS_OVERFLOW|RES_))/],
  ['connection_broken', /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/],
]

const nameOf = ({ name, code = name }: Error & { code?: string }): PostError =>
  NAMES.find(([, codes]) => codes.test(code))?.[0] ?? 'connection_failed'
