import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'

type Address = Pick<Config, 'HOST' | 'PORT'>

/**
 * Starts listening.
 *
 * @returns the URL under which this machine reaches the server
 * @throws Error that names the setting to change
 */
export async function listen(server: FastifyInstance, { HOST, PORT }: Address): Promise<string> {
  try {
    const address = await server.listen({ host: HOST, port: PORT })
    return address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, { HOST, PORT })
  }
}

/** @throws Error that names the setting to change, when listen() would fail now */
export async function assertPortIsFree({ HOST, PORT }: Address): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen(PORT, HOST), 'listening')
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, { HOST, PORT })
  }
  await new Promise((closed) => probe.close(closed))
}

function explain(error: NodeJS.ErrnoException, { HOST, PORT }: Address): Error {
  const another = 'set PORT to a free one (PORT=0 finds one).'
  const reasons: Record<string, string> = {
    EADDRINUSE: `PORT ${PORT} is in use by another program, perhaps another Bestow; stop it, or ${another}`,
    EACCES: `PORT ${PORT} may not be used by this user; ${another}`,
  }
  const reason =
    reasons[error.code ?? ''] ?? `HOST ${HOST} is not an address of this machine (${error.message}).`
  return new Error(reason, { cause: error })
}
