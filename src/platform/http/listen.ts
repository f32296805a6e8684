import { once } from 'node:events'
import { createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'

type Address = Pick<Config, 'HOST' | 'PORT'>

/**
 * Starts listening.
 *
 * @param setting that gives the port
 * @returns the URL under which this machine reaches the server
 * @throws Error that names the setting to change
 */
export async function listen(
  server: FastifyInstance,
  { HOST, PORT }: Address,
  setting = 'PORT',
): Promise<string> {
  try {
    const address = await server.listen({ host: HOST, port: PORT })
    return address.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, { HOST, PORT }, setting)
  }
}

/** @throws Error that names the setting to change, when listen() would fail now */
export async function assertPortIsFree({ HOST, PORT }: Address): Promise<void> {
  const probe = createServer()
  try {
    await once(probe.listen(PORT, HOST), 'listening')
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, { HOST, PORT }, 'PORT')
  }
  await new Promise((closed) => probe.close(closed))
}

function explain(error: NodeJS.ErrnoException, { HOST, PORT }: Address, setting: string): Error {
  const another = `set ${setting} to a free one${setting === 'PORT' ? ' (PORT=0 finds one)' : ''}.`
  const reasons: Record<string, string> = {
    EADDRINUSE: `${setting} ${PORT} is in use by another program, perhaps another Bestow; stop it, or ${another}`,
    EACCES: `${setting} ${PORT} may not be used by this user; ${another}`,
  }
  const reason =
    reasons[error.code ?? ''] ?? `HOST ${HOST} is not an address of this machine (${error.message}).`
  return new Error(reason, { cause: error })
}
