import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'

/** Whether the developer site and the OpenAPI document are public. */
export const hasDocs = ({ API_DOCS, mode }: Pick<Config, 'API_DOCS' | 'mode'>): boolean =>
  API_DOCS ?? mode === 'development'

const REFERENCE = '/docs/try'

/** What it adds to the API's own addresses. */
export const DOCUMENT_PATHS = ['/openapi.json', REFERENCE]

/**
 * The OpenAPI document, and a page that sends requests by it. The page's script is 4 MB and comes inside a module, so
 * it is loaded, in a small server of its own, when somebody opens the page for the first time.
 */
export function documentRoutes(server: FastifyInstance): void {
  let document: string | undefined
  server.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(server.swagger())
    return reply.type('application/json; charset=utf-8').send(document)
  })
  let pages: Promise<FastifyInstance> | undefined
  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0]!
    // The page names its script relative to itself.
    if (path === REFERENCE) return reply.redirect(`${REFERENCE}/`)
    pages ??= referencePages()
    const page = await (await pages).inject({ url: path })
    if (page.statusCode !== 200) return reply.callNotFound()
    return reply.type(String(page.headers['content-type'])).send(page.rawPayload)
  }
  for (const url of [REFERENCE, `${REFERENCE}/*`]) server.get(url, { schema: { hide: true } }, show)
}

async function referencePages(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const pages = Fastify()
  await pages.register(reference, {
    routePrefix: REFERENCE,
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Bestow API',
      // Nothing is fetched from elsewhere.
      withDefaultFonts: false,
      telemetry: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
  return pages
}
