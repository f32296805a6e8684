/** The admin portal at /admin: the files that `web/build.ts` has made of `web/`. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import staticFiles from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { PLAYER_HOSTS } from '../catalogue/courses/embed-url.ts'
import type { App } from '../platform/app.ts'

/** Beside `dist/` of the sources, in a clone and in the package alike. */
const FOLDER = fileURLToPath(new URL('../../dist/web', import.meta.url))

const YEAR_SECONDS = 31_536_000

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Scripts from this server alone; styles from it, and those that a component adds with the nonce of this response. */
const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'; script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' https: data: blob:; media-src 'self' https: blob:; font-src 'self'; connect-src 'self'",
    `frame-src 'self' ${PLAYER_HOSTS.join(' ')}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  ].join('; ')

/** An e-mail has its styles within. It is shown in a document of no origin, which runs our script alone. */
const EMAIL_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'"

/** Serves the portal, whose pages call the API with a session. Without extensions there are no sessions. */
export async function portal(server: FastifyInstance, { config }: App): Promise<void> {
  if (!config.EXTENSIONS) return
  await server.register(async (files) => {
    // It only adds sendFile(), with the compressed variants.
    await files.register(staticFiles, {
      root: FOLDER,
      serve: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: describeFile,
    })
    files.get('/admin', { schema: { hide: true } }, (_request, reply) => sendPage(reply))
    files.get('/admin/*', { schema: { hide: true } }, (request, reply) => {
      const { '*': path } = request.params as { '*': string }
      return isFile(path) ? reply.sendFile(path) : sendPage(reply)
    })
  })
}

/** Pages have no dot in the last part of their address, and files have. */
const isFile = (path: string): boolean => /\.(js|css|woff2|html|json)$/.test(path)

function describeFile(reply: FastifyReply, path: string): void {
  // The name of a file in assets/ changes with its content.
  const isVersioned = path.includes('/assets/')
  reply.header('cache-control', isVersioned ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache')
  reply.header('x-content-type-options', 'nosniff')
  if (path.includes('email-frame.html')) reply.header('content-security-policy', EMAIL_POLICY)
}

/** Every address of the portal has the same page, which shows what the address names. */
async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64')
  const page = await readPage()
  if (page === null) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
  return reply
    .headers({ ...HEADERS, 'content-security-policy': pagePolicy(nonce) })
    .type('text/html; charset=utf-8')
    .send(page.replaceAll('CSP_NONCE', nonce))
}

const NOT_BUILT = 'The portal has not been built. `npm start` builds it, and `npm run web:build` alone.\n'

async function readPage(): Promise<string | null> {
  try {
    return await readFile(`${FOLDER}/index.html`, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
