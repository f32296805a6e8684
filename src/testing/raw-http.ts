import { connect } from 'node:net'

export interface RawResponse {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** As it was sent. */
  text: string
  /** Parsed; null when it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  json: any
}

/** Sends exactly these lines and this body, and reads the response. @param lines of the head, without the empty one */
export async function exchange(
  url: string,
  lines: string[],
  body: string | Buffer = '',
): Promise<RawResponse> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(body)
  let received = Buffer.alloc(0)
  try {
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk])
      const response = parse(received)
      if (response) return response
    }
    throw new Error(`The connection ended after: ${received}`)
  } finally {
    socket.destroy()
  }
}

/** The response in these bytes; null while it is incomplete. */
function parse(bytes: Buffer): RawResponse | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const body = bytes.subarray(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return null
  const text = body.toString()
  const isJson = /json/.test(headers['content-type'] ?? '')
  return {
    status: Number(first!.split(' ')[1]),
    headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : null,
  }
}
