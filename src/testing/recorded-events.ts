/** Checks that operations record the events which their routes name, and no others. */
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import type { Config } from '../platform/config.ts'
import type { Db } from '../platform/db/database.ts'
import { operationOf } from './contract.ts'

/** The requests of the clients of a server, by their ids. */
export class RecordedEvents {
  readonly #requests = new Map<string, { method: string; path: string }>()

  /** Remembers a request. @param id of the response, in X-Request-Id */
  add(id: string, method: string, path: string): void {
    if (method !== 'GET') this.#requests.set(id, { method, path })
  }

  /** @throws when a request recorded an event that `records` of its route lacks */
  async check(db: Db, server: FastifyInstance, config: Config): Promise<void> {
    const { rows } = await sql<{ request_id: string; types: string[] }>`
      select request_id, array_agg(distinct type) as types from events
       where request_id is not null and caused_by is null group by 1`.execute(db)
    const missing = rows.flatMap(({ request_id, types }) => {
      const request = this.#requests.get(request_id)
      const found = request && operationOf(server, config, request.method, request.path)
      if (!found) return []
      const { template, operation } = found
      const named: string[] = operation['x-events'] ?? []
      return types
        .filter((type) => !named.includes(type))
        .map((type) => `${request.method} ${template}: ${type}`)
    })
    if (missing.length > 0)
      throw new Error(
        `Events that \`records\` of the route lacks: ${[...new Set(missing)].sort().join('; ')}`,
      )
  }
}
