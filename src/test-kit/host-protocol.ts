/** What the host of a project and the processes of its tests send each other: JSON, one message in a line. */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { ServerOptions, StartedServer } from './server-options.ts'

/** In the folder of the host: where it listens. Only its owner can read it. */
export const HOST_FILE = 'host.json'

export interface HostAddress {
  port: number
  /** Proves that a process can read the file. */
  token: string
  pid: number
}

export type Request = { id: number; token: string } & (
  | { do: 'start'; options: ServerOptions }
  | { do: 'stop'; server: string }
)

export type Answer = { id: number } & ({ result: StartedServer | null } | { error: string })

export const newToken = (): string => randomBytes(24).toString('base64url')

export const send = (socket: Socket, message: Request | Answer): void =>
  void socket.write(`${JSON.stringify(message)}\n`)

/** Calls the listener with each message that arrives. */
export function receive<Message>(socket: Socket, listener: (message: Message) => void): void {
  createInterface({ input: socket }).on('line', (line) => listener(JSON.parse(line) as Message))
}
