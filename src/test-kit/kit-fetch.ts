/** What the kit itself sends to a server. */
import { BestowError } from '../client/index.ts'

/** Whether the server of a test has ended. */
export type IsClosed = () => boolean

export const CLOSED = 'This test server has ended: close() was called. Start another one with startBestow().'

/** The server does not count requests with it among those that it has received. */
export const TESTER = { 'x-bestow-testing': '1' }

/** Sentences about what the server has left out, as in `299 - "The attribute emial …; it was ignored"`. */
const IGNORED = /299 - "([^"]*ignored[^"]*)"/g

/**
 * A `fetch` for the requests of the kit itself. What a test misspells would be ignored by the server, and the test
 * would go on without it: here it is an error.
 */
export function kitFetch(isClosed: IsClosed): typeof fetch {
  return async (address, init) => {
    if (isClosed()) throw failure('closed', CLOSED)
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(TESTER)) headers.set(name, value)
    const response = await fetch(address, { ...init, headers })
    const ignored = [...(response.headers.get('warning') ?? '').matchAll(IGNORED)].map(([, text]) => text)
    if (ignored.length > 0) throw failure('ignored', ignored.join(' '))
    return response
  }
}

/** Of a kind that a client does not send again. */
const failure = (code: string, detail: string) =>
  new BestowError({ status: 0, errors: [{ status: '0', code, title: detail, detail }] })
