/** Clients that send requests of all kinds during the crashes, until each is acknowledged. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { ClientResponse, Journal, Operation } from './journal.ts'
import { type Kind, kinds } from './kinds.ts'
import type { World } from './world.ts'

export interface Target {
  /** Servers on one database: a request that gets no response from one is sent to another. */
  urls: string[]
  token: string
}

/** Shares of requests with an Idempotency-Key, and of those, sent twice concurrently or one after the other. */
const [WITH_KEY, TWICE_CONCURRENTLY, TWICE] = [0.7, 0.05, 0.1]
const LONGEST_PAUSE_MS = 120
const RETRY_PAUSE_MS = 50
/** Longer than a server waits for its database. */
const RESPONSE_LIMIT_MS = 30_000
const MAX_WRONG_RESPONSES = 100

/** Sends requests one after the other until `isOver`, then retries the pending one until `isGivenUp`. */
export async function runClient(
  target: Target,
  world: World,
  journal: Journal,
  random: Random,
  end: { isOver: () => boolean; isGivenUp: () => boolean },
): Promise<void> {
  const choices = kinds.flatMap((kind) => Array<Kind>(kind.weight).fill(kind))
  while (!end.isOver()) {
    const kind = random.pick(choices)
    const intent = kind.make(world, random)
    if (!intent) continue
    const key = random.chance(WITH_KEY) ? randomUUID() : null
    const operation: Operation = { kind: kind.name, key, unanswered: 0, response: null, ...intent }
    journal.operations.push(operation)
    await execute(operation)
    if (operation.response) {
      journal.acknowledgedCount += 1
      world.learn(operation)
      check(kind, operation)
    }
    await sleep(random.integer(0, LONGEST_PAUSE_MS))
  }

  /** Sends the request once, or twice with its key. */
  async function execute(operation: Operation): Promise<void> {
    const isConcurrent = operation.key !== null && random.chance(TWICE_CONCURRENTLY)
    const sent = [sendUntilResponse(operation), ...(isConcurrent ? [sendUntilResponse(operation)] : [])]
    const responses = (await Promise.all(sent)).filter((response) => response !== null)
    operation.response = responses.find(({ isReplay }) => !isReplay) ?? responses[0] ?? null
    const isRepeatable = operation.key !== null && operation.response && operation.response.status < 300
    if (isRepeatable && random.chance(TWICE)) {
      const again = await sendUntilResponse(operation)
      if (again) responses.push(again)
    }
    if (isRepeatable) compare(operation, responses)
  }

  /** With a key, sends until there is a response. @returns null when it is unknown whether the request took effect */
  async function sendUntilResponse(operation: Operation): Promise<ClientResponse | null> {
    for (let attempt = random.integer(0, 1); !end.isGivenUp(); attempt++) {
      const response = await send(target, attempt, operation)
      if (typeof response !== 'string') return response
      if (response === 'unanswered') {
        operation.unanswered += 1
        if (operation.key === null) return null
      }
      await sleep(RETRY_PAUSE_MS)
    }
    return null
  }

  /** One key has one effect and one response; all responses but the first are marked as replayed. */
  function compare(operation: Operation, responses: ClientResponse[]): void {
    journal.repetitions += responses.length - 1
    const firsts = responses.filter(({ isReplay }) => !isReplay)
    if (firsts.length > 1) addWrongResponse(operation, 'took effect twice under one key')
    const texts = new Set(responses.map(({ status, body }) => JSON.stringify([status, body])))
    if (texts.size > 1) addWrongResponse(operation, `had two responses: ${[...texts].join(' and ')}`)
  }

  function check({ status, isRight }: Kind, operation: Operation): void {
    const { response } = operation
    if (response!.status !== status || !isRight(operation))
      addWrongResponse(operation, `got the response ${response!.status} ${JSON.stringify(response!.body)}`)
  }

  function addWrongResponse({ kind, request }: Operation, what: string): void {
    if (journal.wrongResponses.length === MAX_WRONG_RESPONSES) return
    journal.wrongResponses.push(
      `${kind} (${request.method} ${request.path} ${JSON.stringify(request.body)}) ${what}`,
    )
  }
}

/** 'unsent': it certainly had no effect. 'unanswered': it may have had one. */
async function send(
  { urls, token }: Target,
  attempt: number,
  { request, key }: Operation,
): Promise<ClientResponse | 'unsent' | 'unanswered'> {
  try {
    const response = await fetch(urls[attempt % urls.length] + request.path, {
      method: request.method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/vnd.api+json',
        ...(key !== null && { 'idempotency-key': key }),
      },
      body: JSON.stringify(request.body),
      signal: AbortSignal.timeout(RESPONSE_LIMIT_MS),
    })
    const body = await response.json()
    // The database went away, perhaps after the commit.
    if (response.status === 503) return 'unanswered'
    // The first request with the key is still running.
    if (response.status === 409 && key !== null) return 'unsent'
    return {
      status: response.status,
      requestId: response.headers.get('x-request-id')!,
      isReplay: response.headers.get('idempotent-replayed') === 'true',
      body,
    }
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    return cause?.code === 'ECONNREFUSED' ? 'unsent' : 'unanswered'
  }
}
