import cookie from '@fastify/cookie'
import csrfProtection from '@fastify/csrf-protection'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findForm } from '../forms/find-form.ts'
import type { App } from '../platform/app.ts'
import { isUnavailable } from '../platform/db/database.ts'
import { sendError } from '../platform/http/error-answers.ts'
import { acceptForms } from '../platform/http/forms.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { formPages } from './form.pages.ts'
import type { MemberSite } from './member.ts'
import { offerPages } from './offer.pages.ts'
import { originHeaders } from './origin-headers.ts'
import type { Page } from './page.ts'
import { paths } from './pages/paths.ts'
import { formScript, membersScript, membersStylesheet } from './pages/render-page.ts'
import { siteStylesheet } from './pages/site-stylesheet.ts'
import type { ProblemKind } from './pages/views.ts'
import { doorPages } from './public.pages.ts'
import { publishedPages } from './published.pages.ts'
import { insidePages } from './signed-in.pages.ts'
import { translate } from './texts/translate.ts'
import {
  contentSecurityPolicy,
  isOfScript,
  languageFor,
  openVisit,
  otherOrigin,
  sendJson,
  sendPage,
  siteOf,
} from './visit.ts'

const HEADERS = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  // Paths hold links that are good once.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

export const everyPage: Page[] = [
  ...doorPages,
  ...publishedPages,
  ...formPages,
  ...offerPages,
  ...insidePages,
]

/** The pages of every site, on the site's own host and below /s/<subdomain>. */
export async function memberPages(server: FastifyInstance, app: App): Promise<void> {
  await server.register(async (pages) => {
    await pages.register(cookie)
    await pages.register(csrfProtection, {
      cookieKey: 'bestow_form',
      cookieOpts: { httpOnly: true, sameSite: 'lax' },
      getToken: (request) => (request.body as { _csrf?: string } | undefined)?._csrf,
    })
    acceptForms(pages)
    pages.addHook('onRequest', async (_request, reply) => void reply.headers(HEADERS))
    pages.setErrorHandler((error, request, reply) => answerProblem(app, error, request, reply))
    for (const prefix of ['/s/:site', '']) {
      await pages.register(async (mounted) => mountPages(mounted, app), { prefix })
    }
  })
}

function mountPages(server: FastifyInstance, app: App): void {
  const hidden = { schema: { hide: true } }
  for (const page of everyPage) {
    server.route({
      ...hidden,
      method: page.method,
      url: page.path,
      ...(page.method !== 'GET' && {
        // Before the body: the API's callers have no form to begin again.
        onRequest: (request, reply) => leaveOtherHosts(app, request, reply),
        preHandler: page.isOpen ? [] : [refuseForeign, server.csrfProtection],
      }),
      handler: (request, reply) => showPage(app, page, request, reply),
    })
  }
  server.get('/*', hidden, async (request, reply) => {
    // The API's callers are answered in its own words, also when the database is away.
    if (/^\/v1(\/|$)/.test(request.url)) return reply.callNotFound()
    const isSite = 'site' in (request.params as object) || (await siteOf(app, request)).site
    return isSite ? problem(app, request, reply, 'not_found', 404) : reply.callNotFound()
  })
  server.get(paths.membersStylesheet, hidden, async (_request, reply) =>
    sendAsset(reply, 'text/css', membersStylesheet),
  )
  server.get(paths.membersScript, hidden, async (_request, reply) =>
    sendAsset(reply, 'text/javascript', membersScript),
  )
  server.get(paths.formScript, hidden, async (_request, reply) =>
    // Pages of other websites name it without a version.
    sendAsset(reply, 'text/javascript', formScript).header('cache-control', 'public, max-age=3600'),
  )
  server.get(paths.siteStylesheet, hidden, async (request, reply) => {
    const { site } = await siteOf(app, request)
    return sendAsset(reply, 'text/css', siteStylesheet(site?.color ?? null))
  })
}

/** Where the host is that of no site, nothing is but the API. */
async function leaveOtherHosts(app: App, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!('site' in (request.params as object)) && !(await siteOf(app, request)).site) reply.callNotFound()
}

/**
 * A form of another place, also of a sibling host, which could plant the cookie of the forms' token. Browsers
 * say where a request comes from.
 */
async function refuseForeign({ headers, host }: FastifyRequest): Promise<void> {
  const from = headers['sec-fetch-site']
  const isForeign = from
    ? from !== 'same-origin' && from !== 'none'
    : headers.origin !== undefined && URL.parse(headers.origin)?.host !== host
  if (isForeign)
    throw Object.assign(new Error('The form is of another place.'), {
      code: 'FST_CSRF_FOREIGN',
      statusCode: 403,
    })
}

/** Its address changes with its content. */
const sendAsset = (reply: FastifyReply, type: string, content: string) =>
  reply
    .type(`${type}; charset=utf-8`)
    .header('cache-control', 'public, max-age=31536000, immutable')
    .send(content)

async function showPage(
  app: App,
  page: Page,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const visit = await openVisit(app, request, reply)
  if (!visit) {
    // Without a site in the path this is no site's host: the rest of the server answers.
    if (!('site' in (request.params as object))) return reply.callNotFound() as unknown as FastifyReply
    return problem(app, request, reply, 'not_found', 404)
  }
  if (!page.isInside || visit.member) return page.handler(visit)
  const path = request.url.slice(visit.base.length).split('?')[0]!
  return visit.redirect(
    page.method === 'GET' && path.length > 1
      ? `${paths.signIn}?next=${encodeURIComponent(path)}`
      : paths.signIn,
  )
}

async function answerProblem(
  app: App,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // No site's page: the caller is one of the API.
  if (error instanceof ApiError && !('site' in (request.params as object))) {
    const { site } = await siteOf(app, request)
    if (!site) return sendError(reply, request, error)
  }
  const {
    code,
    statusCode,
    status = statusCode,
  } = error as Partial<Record<'statusCode' | 'status', number>> & {
    code?: string
  }
  if (code?.startsWith('FST_CSRF')) return problem(app, request, reply, 'form_expired', 403)
  if (isUnavailable(error) || status === 503)
    return problem(app, request, reply.header('retry-after', '2'), 'unavailable', 503)
  if (error instanceof ApiError && error.status === 429) {
    reply.headers(error.headers)
    return problem(app, request, reply, 'too_many', 429, Number(error.headers['retry-after']))
  }
  if (status === 413) return problem(app, request, reply, 'too_large', 413)
  if (status === 400 && request.method === 'POST')
    return problem(app, request, reply, 'unreadable', 400, null, error)
  if (status !== undefined && status < 500) {
    return problem(app, request, reply, request.method === 'POST' ? 'form_expired' : 'not_found', status)
  }
  app.log.error({ request_id: request.id, err: error }, 'page failed')
  return problem(app, request, reply, 'failed', 500)
}

async function problem(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  about: ProblemKind,
  status: number,
  wait_seconds: number | null = null,
  error?: unknown,
): Promise<FastifyReply> {
  const where = await siteOf(app, request).catch(() => ({ site: undefined, base: '' }))
  // A program gets JSON, with the words that its developer needs.
  if (isOfScript(request)) {
    reply.headers(await originHeadersFor(app, request, where.site))
    const language = languageFor(request, where.site ?? { language: null })
    const text = error instanceof ApiError ? error.message : translate(language, `problem.${about}.text`)
    return sendJson(reply, { problems: [{ handle: 'main', text }] }, status)
  }
  const view = {
    about,
    path: paths.library,
    wait_seconds,
    request_id: about === 'failed' ? request.id : null,
  }
  return sendPage(app, request, reply, 'problem', view, { ...where, member: null }, status)
}

/** A request about a form may be of a script of another website; without the form, nobody has allowed it anything. */
async function originHeadersFor(
  app: App,
  request: FastifyRequest,
  site: MemberSite | undefined,
): Promise<Record<string, string>> {
  const { form: id } = request.params as { form?: string }
  if (!site || id === undefined) return {}
  const form = await findForm(app.db, site.id, id).catch(() => null)
  return form ? originHeaders(otherOrigin(request), form) : {}
}
