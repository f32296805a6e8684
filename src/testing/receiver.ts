import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  headers: IncomingHttpHeaders
  /** The raw body. */
  text: string
  // The body of any event: each test knows its own.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: any
}

export interface Receiver {
  url: string
  received: Received[]
  /** Sets its behaviour; at first it responds with 200. */
  answer: (respond: (response: ServerResponse, received: Received) => void) => void
  close: () => Promise<void>
}

/** A webhook receiver. */
export async function startReceiver(): Promise<Receiver> {
  let respond = (response: ServerResponse, _received: Received): void => void response.end()
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const one = { headers: request.headers, text: body, body: JSON.parse(body) }
    received.push(one)
    respond(response, one)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answer(next) {
      respond = next
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
