import { sql } from 'kysely'
import { expect } from 'vitest'
import type { App } from '../platform/app.ts'
import type { ErrorSource } from '../platform/jsonapi/errors.ts'
import type { Reply } from './client.ts'

const TABLES = ['contacts', 'customers', 'offer_grants', 'events', 'emails', 'idempotency_keys'] as const

/** Numbers of rows in all tables that a request can write. */
export async function countRows({ db }: App): Promise<object> {
  const counts = TABLES.map(
    (table) => sql`(select count(*)::int from ${sql.table(table)}) as ${sql.id(table)}`,
  )
  const { rows } = await sql<object>`select ${sql.join(counts)}`.execute(db)
  return rows[0]!
}

/**
 * Expects a request to be refused with a JSON:API error, and to have written nothing.
 *
 * @param source undefined: the error has no source
 */
export async function expectRefusal(
  app: App,
  request: () => Promise<Reply>,
  status: number,
  source?: ErrorSource,
): Promise<Reply> {
  const before = await countRows(app)
  const reply = await request()
  expect({ status: reply.status, source: reply.body.errors[0].source }).toEqual({ status, source })
  expect(reply.headers.get('content-type')).toMatch(/^application\/vnd\.api\+json(;|$)/)
  expect(reply.body.errors[0]).toMatchObject({ status: String(status), detail: expect.stringMatching(/\S/) })
  expect(reply.body.meta.request_id).toBe(reply.headers.get('x-request-id'))
  expect(await countRows(app)).toEqual(before)
  return reply
}

/** The status for an invalid document: 409 for a wrong type. */
export const statusAt = (pointer: string): number => (pointer.endsWith('/type') ? 409 : 400)

/** The value at a JSON Pointer in a document, if there is one. */
export function pointedAt(document: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1)
  return names.reduce<unknown>(
    (value, name) => (value as Record<string, unknown> | undefined)?.[name],
    document,
  )
}
