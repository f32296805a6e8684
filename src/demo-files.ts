/** The pictures and downloads of the demo account: files that this server has itself, at /demo/<name>. */
import { readdirSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const FOLDER = new URL('./demo/', import.meta.url)
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.svg'))
const WEEK_SECONDS = 604_800

/** Whether an address is that of a file of the demo: it is stored without the address of the server, which can change. */
export const isDemoFile = (address: string): boolean => /^\/demo\/[\w-]+\.svg$/.test(address)

/** The address of a picture for who is elsewhere. */
export const absoluteAddress = (address: string | null, baseUrl: string): string | null =>
  address !== null && isDemoFile(address) ? baseUrl + address : address

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
