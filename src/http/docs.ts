import Fastify, { type FastifyInstance } from 'fastify'

/**
 * The readable page of the API. Its script is 4 MB and comes inside a module, so it is loaded, in a small
 * server of its own, when somebody opens the page for the first time.
 */
export function documentRoutes(server: FastifyInstance): void {
  let pages: Promise<FastifyInstance> | undefined
  server.get('/docs', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/docs/'))
  server.get('/docs/*', { schema: { hide: true } }, async (request, reply) => {
    pages ??= referencePages()
    const page = await (await pages).inject({ url: request.url })
    reply.code(page.statusCode).type(String(page.headers['content-type']))
    return reply.send(page.rawPayload)
  })
}

async function referencePages(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference')
  const pages = Fastify()
  await pages.register(reference, {
    routePrefix: '/docs',
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
