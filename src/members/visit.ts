import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOwnHost, normalizeHost } from '../accounts/sites/custom-domain.ts'
import type { App } from '../platform/app.ts'
import { languageOf } from '../platform/text/languages.ts'
import { findSite, findSiteByDomain, type Member, type MemberSite, recordLanguage } from './member.ts'
import { renderPage } from './pages/render-page.ts'
import type { PageFrame, PageName, PageViews } from './pages/views.ts'
import { findSession, SESSION_DAYS } from './sessions.ts'
import type { Visitor } from './sign-in.ts'
import { pickLanguage } from './texts/language.ts'

const COOKIE = 'bestow_member'

/** One request for a page: of which site, by whom. */
export interface Visit {
  app: App
  site: MemberSite
  /** In front of every path of the site: '' on its own host, else '/s/<subdomain>'. */
  base: string
  member: Member | null
  visitor: Visitor
  form: Record<string, string>
  params: Record<string, string>
  query: Record<string, string>
  render: <Name extends PageName>(name: Name, view: PageViews[Name], status?: number) => FastifyReply
  redirect: (path: string) => FastifyReply
  /** Keeps somebody signed in: the cookie holds nothing but the id of the session. */
  remember: (session: string) => void
  /** Signs out here: what is rendered from now on is for nobody. */
  forget: () => void
}

interface Place {
  site: MemberSite | undefined
  base: string
}

const places = new WeakMap<FastifyRequest, Promise<Place>>()

/** The site that a request is for: named in the path, or by the host. It is looked up once for each request. */
export function siteOf(app: App, request: FastifyRequest): Promise<Place> {
  const known = places.get(request)
  if (known) return known
  const place = findPlace(app, request)
  places.set(request, place)
  return place
}

async function findPlace(app: App, request: FastifyRequest): Promise<Place> {
  const { site: subdomain } = request.params as { site?: string }
  if (subdomain !== undefined)
    return { site: await findSite(app.db, subdomain), base: `/s/${subdomain.toLowerCase()}` }
  const host = normalizeHost(request.hostname)
  const [, local] = /^([a-z0-9-]+)\.localhost$/.exec(host) ?? []
  if (local) return { site: await findSite(app.db, local), base: '' }
  return { site: isOwnHost(app, host) ? undefined : await findSiteByDomain(app.db, host), base: '' }
}

export async function openVisit(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Visit | null> {
  const { site, base } = await siteOf(app, request)
  if (!site) return null
  const session = request.cookies[COOKIE] ?? null
  const language = languageFor(request, site)
  const found = session ? await findSession(app, site.id, session) : null
  const cookie = {
    path: base || '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure(app, request),
  } as const
  const visit: Visit = {
    app,
    site,
    base,
    member: found?.member ?? null,
    visitor: { source: request.ip, session, language },
    form: (request.body ?? {}) as Record<string, string>,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    render: (name, view, status = 200) =>
      sendPage(app, request, reply, name, view, { site, base, member: visit.member }, status),
    redirect: (path) => reply.redirect(base + path, 303),
    remember: (id) => void reply.setCookie(COOKIE, id, { ...cookie, maxAge: SESSION_DAYS * 86_400 }),
    forget() {
      visit.member = null
      reply.clearCookie(COOKIE, cookie)
    },
  }
  if (session && found?.isProlonged) visit.remember(session)
  if (found && found.member.language !== language) await recordLanguage(app, site.id, found.member, language)
  return visit
}

const NO_SITE = { title: '', color: null, logo_url: null, language: null }

/** The language of the browser; else that of the site. */
const languageFor = ({ headers }: FastifyRequest, { language }: { language: string | null }) =>
  pickLanguage(headers['accept-language'], languageOf(language))

/** Sends a page in the language of the browser. */
export function sendPage<Name extends PageName>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  name: Name,
  view: PageViews[Name],
  where: { site: MemberSite | undefined; base: string; member: Member | null },
  status: number,
): FastifyReply {
  const { site = NO_SITE, base, member } = where
  const frame: PageFrame = {
    site,
    base,
    member,
    language: languageFor(request, site),
    csrf: reply.generateCsrf({ path: base || '/', secure: isSecure(app, request) }),
  }
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(renderPage(name, view, frame))
}

/** A proxy that ends https says so, and is believed with TRUST_PROXY; otherwise PUBLIC_URL decides. */
const isSecure = ({ config }: App, { protocol }: FastifyRequest): boolean =>
  protocol === 'https' || config.PUBLIC_URL?.startsWith('https:') === true
