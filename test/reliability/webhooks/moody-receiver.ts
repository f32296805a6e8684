/** A receiver of webhooks as bad as they come, which checks every signature. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import type { Random } from '../random.ts'

/** What of all requests is treated so. */
export interface Moods {
  /** Answered with 500. */
  fails: number
  /** Read, and never answered. */
  hangs: number
  /** Read, and the connection is cut. */
  cuts: number
}

/** A request that came whole. */
export interface Arrival {
  webhookId: string
  hook: string
  body: string
  isAccepted: boolean
}

export interface MoodyReceiver {
  /** Where the hook of this name is to send. */
  urlOf: (hook: string) => string
  /** Verifies what comes to that hook. */
  expect: (hook: string, secret: string) => void
  arrivals: Arrival[]
  /** Why requests were not taken for real. */
  forgeries: string[]
  close: () => void
}

/** So often a message is treated badly, then no more: it is not about what fails for good. */
const PATIENCE = 5

export async function startMoodyReceiver(moods: Moods, random: Random): Promise<MoodyReceiver> {
  const arrivals: Arrival[] = []
  const forgeries: string[] = []
  const verifiers = new Map<string, Webhook>()
  const treatedBadly = new Map<string, number>()

  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => null)
    // The sender died in the middle.
    if (body === null) return
    const hook = request.url!.slice(1)
    try {
      verifiers.get(hook)!.verify(body, request.headers as Record<string, string>)
    } catch (error) {
      forgeries.push(`${hook}: ${(error as Error).message}`)
    }
    const webhookId = String(request.headers['webhook-id'])
    const answer = moodFor(webhookId)
    arrivals.push({ webhookId, hook, body, isAccepted: answer === accept })
    answer(request, response)
  })

  function moodFor(webhookId: string): (request: IncomingMessage, response: ServerResponse) => void {
    const times = treatedBadly.get(webhookId) ?? 0
    const roll = random.next()
    const { fails, hangs, cuts } = moods
    if (times === PATIENCE || roll >= fails + hangs + cuts) return accept
    treatedBadly.set(webhookId, times + 1)
    if (roll < fails) return fail
    return roll < fails + hangs ? hang : cut
  }

  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (hook) => `http://127.0.0.1:${port}/${hook}`,
    expect: (hook, secret) => verifiers.set(hook, new Webhook(secret)),
    arrivals,
    forgeries,
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
