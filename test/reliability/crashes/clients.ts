/** Clients that send requests of all kinds, through every crash, until each is acknowledged. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { Answer, Journal, Operation } from './journal.ts'
import { type Kind, kinds } from './kinds.ts'
import type { World } from './world.ts'

export interface Target {
  /** Servers over one database: what one does not answer, another may. */
  urls: string[]
  token: string
}

/** So much of what is sent carries an Idempotency-Key, and of that so much is sent twice, at once or afterwards. */
const [WITH_KEY, TWICE_AT_ONCE, TWICE] = [0.7, 0.05, 0.1]
const LONGEST_PAUSE_MS = 120
const RETRY_PAUSE_MS = 50
/** Longer than a server waits for its database. */
const HANGS_MS = 30_000
const MOST_COMPLAINTS = 100

/** Sends one request after the other until `isOver`, then what must be sent again, until `isGivenUp`. */
export async function runClient(
  target: Target,
  world: World,
  journal: Journal,
  random: Random,
  end: { isOver: () => boolean; isGivenUp: () => boolean },
): Promise<void> {
  const deck = kinds.flatMap((kind) => Array<Kind>(kind.weight).fill(kind))
  while (!end.isOver()) {
    const kind = random.pick(deck)
    const wish = kind.make(world, random)
    if (!wish) continue
    const key = random.chance(WITH_KEY) ? randomUUID() : null
    const operation: Operation = { kind: kind.name, key, unanswered: 0, answer: null, ...wish }
    journal.operations.push(operation)
    await see(operation)
    if (operation.answer) {
      journal.answered += 1
      world.learn(operation)
      judge(kind, operation)
    }
    await sleep(random.integer(0, LONGEST_PAUSE_MS))
  }

  /** Sends it once, or twice with its key. */
  async function see(operation: Operation): Promise<void> {
    const isTwiceAtOnce = operation.key !== null && random.chance(TWICE_AT_ONCE)
    const sent = [deliver(operation), ...(isTwiceAtOnce ? [deliver(operation)] : [])]
    const answers = (await Promise.all(sent)).filter((answer) => answer !== null)
    operation.answer = answers.find(({ isReplay }) => !isReplay) ?? answers[0] ?? null
    const isRepeatable = operation.key !== null && operation.answer && operation.answer.status < 300
    if (isRepeatable && random.chance(TWICE)) {
      const again = await deliver(operation)
      if (again) answers.push(again)
    }
    if (isRepeatable) compare(operation, answers)
  }

  /** Null when nobody can tell what became of it. With a key it is sent until it is answered. */
  async function deliver(operation: Operation): Promise<Answer | null> {
    for (let turn = random.integer(0, 1); !end.isGivenUp(); turn++) {
      const answer = await send(target, turn, operation)
      if (typeof answer !== 'string') return answer
      if (answer === 'unanswered') {
        operation.unanswered += 1
        if (operation.key === null) return null
      }
      await sleep(RETRY_PAUSE_MS)
    }
    return null
  }

  /** One key has one effect and one answer; all but the first say that they repeat it. */
  function compare(operation: Operation, answers: Answer[]): void {
    journal.repetitions += answers.length - 1
    const firsts = answers.filter(({ isReplay }) => !isReplay)
    if (firsts.length > 1) complain(operation, 'was done twice for one key')
    const texts = new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))
    if (texts.size > 1) complain(operation, `was answered in two ways: ${[...texts].join(' and ')}`)
  }

  function judge({ status, isRight }: Kind, operation: Operation): void {
    const { answer } = operation
    if (answer!.status !== status || !isRight(operation))
      complain(operation, `was answered ${answer!.status} ${JSON.stringify(answer!.body)}`)
  }

  function complain({ kind, request }: Operation, what: string): void {
    if (journal.complaints.length === MOST_COMPLAINTS) return
    journal.complaints.push(
      `${kind} (${request.method} ${request.path} ${JSON.stringify(request.body)}) ${what}`,
    )
  }
}

/** 'unsent': it surely had no effect. 'unanswered': it may have had one. */
async function send(
  { urls, token }: Target,
  turn: number,
  { request, key }: Operation,
): Promise<Answer | 'unsent' | 'unanswered'> {
  try {
    const response = await fetch(urls[turn % urls.length] + request.path, {
      method: request.method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/vnd.api+json',
        ...(key !== null && { 'idempotency-key': key }),
      },
      body: JSON.stringify(request.body),
      signal: AbortSignal.timeout(HANGS_MS),
    })
    const body = await response.json()
    // The database went away, perhaps after it had done it.
    if (response.status === 503) return 'unanswered'
    // The first request with the key still runs.
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
