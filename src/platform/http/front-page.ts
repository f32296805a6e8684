import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { hasDocs } from './docs.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** A square with the letter B; browsers request it automatically. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f4858"/><path d="M11 7h7a5 5 0 0 1 2.6 9.2A5 5 0 0 1 19 25h-8Zm3.5 3v4.6h3a2.3 2.3 0 0 0 0-4.6Zm0 7.5V22h3.5a2.25 2.25 0 0 0 0-4.5Z" fill="#fff"/></svg>'

const FRONT_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Bestow</title>
<h1>Bestow</h1>
<p>This is a membership server. Members: open the address of your site, or the link in your e-mail.
<p>Developers: the API is at <code>/v1</code>. Its documentation is at <code>/docs</code> where <code>API_DOCS</code> is on.
</html>
`

/**
 * Answers at `/` and with an icon. `/` belongs to the sites on their own hosts, so that here only what none of them
 * takes arrives.
 *
 * @param unknown answers every other path that nothing is at
 */
export function frontPage(server: FastifyInstance, { config }: App, unknown: Handler): void {
  server.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(ICON),
  )
  server.setNotFoundHandler((request, reply) => {
    if (request.url.split('?')[0] !== '/') return unknown(request, reply)
    return hasDocs(config) ? reply.redirect('/docs') : reply.type('text/html; charset=utf-8').send(FRONT_PAGE)
  })
}
