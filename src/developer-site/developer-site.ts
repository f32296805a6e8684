/** The developer site at /docs: pages for people and the same as Markdown for programs, served where API_DOCS is on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../platform/app.ts'
import { hasDocs } from '../platform/http/docs.ts'
import type { OpenApi } from '../platform/http/openapi/document.ts'
import type { Site } from './read-site.ts'
import type { Found } from './search-pages.ts'
import type { PageView } from './show-page.ts'
import { LOCAL_URL } from './site-page.ts'

const HTML = 'text/html; charset=utf-8'
const MARKDOWN = 'text/markdown; charset=utf-8'
const TEXT = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const YAML = 'application/yaml; charset=utf-8'

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}

const ASSETS: Record<string, string> = {
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
}

/** What is made at the first request: a process that nobody asks for documentation neither loads nor makes it. */
interface Made {
  site: Site
  view: PageView
  index: string
  all: string
  yaml: string
  plain: (path: string) => string | null
  results: (found: Found[]) => string
}

/** Serves the site. The pages are made from the files of `docs/` and the OpenAPI document of this server. */
export async function developerSite(server: FastifyInstance, { config }: App): Promise<void> {
  if (!hasDocs(config)) return
  let made: Promise<Made> | undefined
  const ready = () => {
    made ??= make(server.swagger() as unknown as OpenApi)
    return made
  }
  const send = (request: FastifyRequest, reply: FastifyReply, type: string, text: string) => {
    const base = config.PUBLIC_URL ?? `${request.protocol}://${request.host}`
    return reply.headers(HEADERS).type(type).send(text.replaceAll(LOCAL_URL, base))
  }
  const get = (
    url: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ) => server.get(url, { schema: { hide: true } }, handler)

  for (const [name, type] of Object.entries(ASSETS)) {
    const text = readFileSync(join(import.meta.dirname, 'assets', name), 'utf8')
    get(`/docs/${name}`, async (_request, reply) => reply.headers(HEADERS).type(type).send(text))
  }
  get('/llms.txt', async (request, reply) => send(request, reply, TEXT, (await ready()).index))
  get('/llms-full.txt', async (request, reply) => send(request, reply, TEXT, (await ready()).all))
  get('/openapi.yaml', async (_request, reply) => reply.type(YAML).send((await ready()).yaml))
  let collection: Promise<string> | undefined
  get('/postman_collection.json', async (request, reply) => {
    collection ??= import('./postman.ts').then(async ({ collectionOf }) =>
      JSON.stringify(await collectionOf(server.swagger() as unknown as OpenApi)),
    )
    return send(request, reply, JSON_TYPE, await collection)
  })
  get('/postman_environment.json', async (request, reply) => {
    const { ENVIRONMENT } = await import('./postman.ts')
    return send(request, reply, JSON_TYPE, JSON.stringify(ENVIRONMENT))
  })
  get('/docs/search', async (request, reply) =>
    send(request, reply, HTML, (await ready()).view.results(queryOf(request))),
  )
  get('/docs/search.md', async (request, reply) => {
    const { view, results } = await ready()
    return send(request, reply, MARKDOWN, results(view.find(queryOf(request))))
  })
  const show = async (request: FastifyRequest, reply: FastifyReply) => {
    const { '*': path = '' } = request.params as { '*'?: string }
    const { site, view, plain } = await ready()
    reply.header('vary', 'Accept')
    if (path.endsWith('.md')) {
      const text = plain(path.slice(0, -'.md'.length))
      return text === null
        ? send(request, reply.code(404), TEXT, `There is no page ${path}. All pages: ${LOCAL_URL}/llms.txt\n`)
        : send(request, reply, MARKDOWN, text)
    }
    const page = site.pages.get(path.replace(/\/$/, ''))
    if (!page) return send(request, reply.code(404), HTML, view.missing())
    if (prefersMarkdown(request.headers.accept)) return send(request, reply, MARKDOWN, plain(page.path)!)
    return send(request, reply, HTML, view.page(page))
  }
  get('/docs', show)
  get('/docs.md', async (request, reply) => send(request, reply, MARKDOWN, (await ready()).plain('')!))
  get('/docs/*', show)
}

const LONGEST_QUERY = 200

function queryOf(request: FastifyRequest): string {
  const { q } = request.query as { q?: unknown }
  return typeof q === 'string' ? q.slice(0, LONGEST_QUERY) : ''
}

async function make(document: OpenApi): Promise<Made> {
  const [{ readSite }, { PageView }, { allPages, indexOfPages, plainPage, plainResults }, { stringify }] =
    await Promise.all([
      import('./read-site.ts'),
      import('./show-page.ts'),
      import('./plain-pages.ts'),
      import('yaml'),
    ])
  const site = readSite(document)
  return {
    site,
    view: new PageView(site),
    index: indexOfPages(site, document),
    all: allPages(site),
    yaml: stringify(document, { aliasDuplicateObjects: false }),
    plain: (path) => {
      const page = site.pages.get(path)
      return page ? plainPage(page) : null
    },
    results: plainResults,
  }
}

/** Whether a reader asks for Markdown rather than HTML. Browsers, and who takes anything, get HTML. */
export function prefersMarkdown(accept = ''): boolean {
  const ranges = accept.split(',').map((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return { type, quality: q ? Number(q.slice(2)) || 0 : 1 }
  })
  const qualityOf = (wanted: string) => ranges.find(({ type }) => type === wanted)?.quality ?? 0
  return qualityOf('text/markdown') > qualityOf('text/html')
}
