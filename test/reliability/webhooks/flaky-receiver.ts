/** A webhook receiver that often fails, and verifies every signature. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Random } from '../random.ts'

/** Shares of all requests. */
export interface FailureRates {
  /** Responds with 500. */
  fails: number
  /** Reads the request and never responds. */
  hangs: number
  /** Reads the request and cuts the connection. */
  cuts: number
}

/** A complete request. */
export interface Arrival {
  webhookId: string
  hook: string
  body: string
  isAccepted: boolean
}

export interface FlakyReceiver {
  /** The target URL for the hook of this name. */
  urlOf: (hook: string) => string
  /** Verifies the requests of this hook with this secret. */
  expect: (hook: string, secret: string) => void
  arrivals: Arrival[]
  /** Requests whose signature is invalid, with the reason. */
  invalidSignatures: string[]
  close: () => void
}

/** The most failures of one message: no delivery fails permanently in this trial. */
const MOST_FAILURES = 5

export async function startFlakyReceiver(failureRates: FailureRates, random: Random): Promise<FlakyReceiver> {
  const arrivals: Arrival[] = []
  const invalidSignatures: string[] = []
  const verifiers = new Map<string, Webhook>()
  const failures = new Map<string, number>()

  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => null)
    // The sender was killed in the middle.
    if (body === null) return
    const hook = request.url!.slice(1)
    try {
      verifiers.get(hook)!.verify(body, request.headers as Record<string, string>)
    } catch (error) {
      invalidSignatures.push(`${hook}: ${(error as Error).message}`)
    }
    const webhookId = String(request.headers['webhook-id'])
    const behave = behaviorFor(webhookId)
    arrivals.push({ webhookId, hook, body, isAccepted: behave === accept })
    behave(request, response)
  })

  function behaviorFor(webhookId: string): (request: IncomingMessage, response: ServerResponse) => void {
    const times = failures.get(webhookId) ?? 0
    const roll = random.next()
    const { fails, hangs, cuts } = failureRates
    if (times === MOST_FAILURES || roll >= fails + hangs + cuts) return accept
    failures.set(webhookId, times + 1)
    if (roll < fails) return fail
    return roll < fails + hangs ? hang : cut
  }

  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (hook) => `http://127.0.0.1:${port}/${hook}`,
    expect: (hook, secret) => verifiers.set(hook, new Webhook(secret)),
    arrivals,
    invalidSignatures,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const accept = (_: IncomingMessage, response: ServerResponse) => void response.end('{"ok":true}')
const fail = (_: IncomingMessage, response: ServerResponse) => void response.writeHead(500).end('not now')
const hang = () => {}
const cut = (request: IncomingMessage) => void request.socket.destroy()
