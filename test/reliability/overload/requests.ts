/** The requests of the overload trials. */
import { randomUUID } from 'node:crypto'
import { type Kind, kinds } from '../crashes/kinds.ts'
import type { World } from '../crashes/world.ts'
import { seededRandom } from '../random.ts'

export interface RequestMix {
  /** One grant to each contact; or requests of all kinds that the crash trial sends, for any of the contacts. */
  mix: 'grants' | 'all kinds'
  contacts: string[]
  offers: string[]
  seed: number
}

export interface Sent {
  /** The bytes of the request. */
  text: string
  /** The status of a successful response. */
  status: number
}

/** @returns a generator of requests */
export function requestsFor({ mix, contacts, offers, seed }: RequestMix, token: string): () => Sent {
  return mix === 'grants' ? grants(contacts, offers[0]!, token) : allKinds(contacts, offers, seed, token)
}

function grants(contacts: string[], offer: string, token: string): () => Sent {
  let n = 0
  return () => {
    const path = `/v1/contacts/${contacts[n++ % contacts.length]}/relationships/offers`
    return { text: textOf(token, 'POST', path, { data: [{ type: 'offers', id: offer }] }), status: 200 }
  }
}

function allKinds(contacts: string[], offers: string[], seed: number, token: string): () => Sent {
  const random = seededRandom(seed, 'overload')
  const world: World = {
    offers,
    people: contacts.map((contactId) => ({ contactId, email: '', customerId: null })),
    lastGrant: null,
    freshEmail: () => `${randomUUID()}@example.com`,
    learn: () => {},
  }
  // The e-mails of existing contacts are not known here.
  const choices = kinds
    .filter(({ name }) => name !== 'create twice')
    .flatMap((kind) => Array<Kind>(kind.weight).fill(kind))
  return function next(): Sent {
    const { name, make, status } = random.pick(choices)
    const intent = make(world, random)
    // A kind that needs an earlier grant.
    if (!intent) return next()
    if (name === 'grant') world.lastGrant = intent
    const { method, path, body } = intent.request
    return { text: textOf(token, method, path, body, random.chance(WITH_KEY) ? randomUUID() : null), status }
  }
}

/** The share of requests with an Idempotency-Key. */
const WITH_KEY = 0.7

function textOf(
  token: string,
  method: string,
  path: string,
  body: object,
  key: string | null = null,
): string {
  const text = JSON.stringify(body)
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: bestow',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/vnd.api+json',
    ...(key === null ? [] : [`Idempotency-Key: ${key}`]),
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n')
}
