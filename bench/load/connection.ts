import { connect, type Socket } from 'node:net'

/**
 * A kept-alive HTTP connection with one request in flight at a time. It reads no more of a response than
 * its status and its length: the load generator uses processor time of the server's machine.
 */
export class Connection {
  #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #onAnswer: ((status: number) => void) | null = null

  private constructor(socket: Socket, onError: (error: Error) => void) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', onError)
    socket.on('close', () => {
      if (this.#onAnswer) onError(new Error('the server closed a connection with a request in flight'))
    })
  }

  /** @param onError called when the connection breaks */
  static open(host: string, port: number, onError: (error: Error) => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port })
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Connection(socket, onError)))
    })
  }

  send(request: string, onAnswer: (status: number) => void): void {
    this.#onAnswer = onAnswer
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)
    if (!length) throw new Error(`a response without a content-length: ${head}`)
    if (this.#received.length < headEnd + 4 + Number(length[1])) return
    this.#received = Buffer.alloc(0)
    const onAnswer = this.#onAnswer!
    this.#onAnswer = null
    onAnswer(Number(head.slice(9, 12)))
  }
}
