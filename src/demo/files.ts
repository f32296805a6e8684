/** The pictures and downloads of the demo account: files that this server has itself, at /demo/<name>. */
import { readdirSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const FOLDER = new URL('./', import.meta.url)
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.svg'))
const WEEK_SECONDS = 604_800

/** Serves them. Opened as documents, they can run and load nothing. */
export async function demoFiles(server: FastifyInstance): Promise<void> {
  for (const name of names) {
    server.get(`/demo/${name}`, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers({
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
          'x-content-type-options': 'nosniff',
          'cache-control': `public, max-age=${WEEK_SECONDS}`,
        })
        .type('image/svg+xml')
        .send(readFileSync(new URL(name, FOLDER))),
    )
  }
}
