/**
 * A plan allows a change of access that was previewed: it is signed for its caller, action and arguments, and ends with
 * the facts that the preview showed. So whoever approves the call of a tool has read what it does.
 */
import { createHash, createHmac, type KeyObject, randomUUID, timingSafeEqual } from 'node:crypto'
import { systemClock } from '../platform/clock/clock.ts'
import { Refusal } from './api.ts'

const VALID_MS = 10 * 60_000

export interface Planned {
  /** Name and arguments of the tool. */
  change: unknown
  /** What the dry run showed, without times that pass. */
  facts: unknown
}

export class Plans {
  readonly #key: KeyObject
  readonly #caller: string

  /** @param caller the API key or session that the plans are for */
  constructor(key: KeyObject, caller: string) {
    this.#key = key
    this.#caller = caller
  }

  /** Signs a plan. */
  make(planned: Planned): string {
    const content = [realNow() + VALID_MS, randomUUID()].join('.')
    return `${content}.${this.#sign(content, planned)}`
  }

  /**
   * @returns the Idempotency-Key of the change: a plan is carried out once
   * @throws Refusal when the plan has expired, or is one for something else
   */
  redeem(plan: string, planned: Planned): string {
    const [until = '', id = '', signature = ''] = plan.split('.')
    const expected = Buffer.from(this.#sign(`${until}.${id}`, planned))
    const given = Buffer.from(signature)
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new Refusal(
        409,
        'The plan is not one for these arguments, or the facts have changed since the preview, for example because the change was made. Call preview_change again, and read what it says.',
      )
    if (Number(until) < realNow())
      throw new Refusal(409, 'The plan has expired after ten minutes. Call preview_change again.')
    return id
  }

  #sign(content: string, { change, facts }: Planned): string {
    const text = JSON.stringify(['mcp plan', this.#caller, content, hash(change), hash(facts)])
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}

/** Not that of the movable clock: whoever approves a call needs real time. */
const realNow = (): number => systemClock.now().getTime()

const hash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url')
