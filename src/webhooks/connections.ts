import { type LookupAddress, lookup } from 'node:dns'
import { Agent, buildConnector } from 'undici'
import { isPublicAddress, mayBePublic } from './targets.ts'

/** Finds the addresses of a name, as dns.lookup() does with `all`. */
export type Resolve = (
  hostname: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const systemResolve: Resolve = (hostname, answer) => lookup(hostname, { all: true }, answer)

/** The target is of this machine or of a private network, and that is not allowed. */
export class PrivateTargetError extends Error {
  code = 'PRIVATE_TARGET'
}

interface Options {
  allowsPrivate: boolean
  connectTimeoutMs: number
  resolve?: Resolve
}

/**
 * Kept-alive connections to receivers. Unless `allowsPrivate`, one is made to public addresses only: a name must
 * resolve to nothing else, and before a request is written the address it has led to is looked at again.
 */
export function openConnections({
  allowsPrivate,
  connectTimeoutMs,
  resolve = systemResolve,
}: Options): Agent {
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false,
    lookup: (hostname, { all }, answer) =>
      resolve(hostname, (error, addresses) => {
        const refused = error ?? (allowsPrivate ? null : refusalOf(hostname, addresses))
        if (refused) answer(refused, [])
        else if (all) answer(null, addresses)
        else answer(null, addresses[0]!.address, addresses[0]!.family)
      }),
  })
  const connectOutside: buildConnector.connector = (options, connected) => {
    // An address is not looked up.
    if (!mayBePublic(options.hostname)) return void connected(refusal(options.hostname), null)
    connect(options, (error, socket) => {
      if (error) return connected(error, null)
      if (isPublicAddress(socket.remoteAddress ?? '')) return connected(null, socket)
      socket.destroy()
      connected(refusal(`${socket.remoteAddress}`), null)
    })
  }
  return new Agent({
    connect: allowsPrivate ? connect : connectOutside,
    // The one limit of time is that of a whole attempt.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 10_000,
  })
}

function refusalOf(hostname: string, addresses: LookupAddress[]): PrivateTargetError | null {
  const isPublic = addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address))
  return isPublic ? null : refusal(hostname)
}

const refusal = (where: string) =>
  new PrivateTargetError(`${where} is of this machine or of a private network`)
