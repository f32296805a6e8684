import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOwnHost, normalizeHost } from '../accounts/sites/custom-domain.ts'
import { PLAYER_HOSTS } from '../catalogue/courses/embed-url.ts'
import { findSiteOfForm } from '../forms/find-form.ts'
import type { App } from '../platform/app.ts'
import { randomSecret } from '../platform/secrets/secrets.ts'
import { languageOf } from '../platform/text/languages.ts'
import {
  findSite,
  findSiteByDomain,
  findSiteById,
  type Member,
  type MemberSite,
  recordLanguage,
} from './member.ts'
import { renderPage } from './pages/render-page.ts'
import type { PageFrame, PageName, PageViews } from './pages/views.ts'
import { findSession, SESSION_DAYS } from './sessions.ts'
import type { Visitor } from './sign-in.ts'
import { pickLanguage } from './texts/language.ts'

const COOKIE = 'bestow_member'
const NONCE_COOKIE = 'bestow_checkout'
/** Longer than a checkout is open. */
const NONCE_DAYS = 1

const isSecret = (text: string | undefined): text is string => /^[\w-]{43}$/.test(text ?? '')

/** One request for a page: of which site, by whom. */
export interface Visit {
  app: App
  site: MemberSite
  /** In front of every path of the site: '' on its own host, else '/s/<subdomain>'. */
  base: string
  member: Member | null
  /** The member is somebody of the account, who acts as them. */
  isActing: boolean
  visitor: Visitor
  form: Record<string, string>
  params: Record<string, string>
  query: Record<string, string>
  render: <Name extends PageName>(name: Name, view: PageViews[Name], status?: number) => FastifyReply
  redirect: (path: string) => FastifyReply
  /** Redirects to another website. */
  leave: (url: string) => FastifyReply
  /** Allows more than the policy of other pages does. */
  relaxPolicy: (relaxed: Relaxed) => void
  /** The request is of a script, which is answered in JSON. */
  isScript: boolean
  /** The origin of the page that sends the request, where it is another website; else null. */
  origin: string | null
  sendJson: (body: object, status: number) => FastifyReply
  setHeader: (name: string, value: string) => void
  /** Keeps somebody signed in: the cookie holds nothing but the id of the session. */
  remember: (session: string) => void
  /** Signs out here: what is rendered from now on is for nobody. */
  forget: () => void
  /** What proves that the browser is the one that has begun a checkout; null: it has begun none. */
  nonce: string | null
  /** Gives the browser a nonce for its checkouts, unless it has one. */
  keepNonce: () => void
  /** A nonce that has signed somebody in does not do so again. */
  dropNonce: () => void
}

export interface Relaxed {
  /** Forms may lead to other websites, and so may every redirect that follows: browsers stop them otherwise. */
  mayLeave?: boolean
  /** Pages of our own origin may show the page in a frame. */
  isFramed?: boolean
}

// The other website may redirect to any further one.
const ELSEWHERE = ' https: http:'

export const contentSecurityPolicy = ({ mayLeave = false, isFramed = false }: Relaxed = {}) =>
  [
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:",
    `media-src 'self' https:; frame-src ${PLAYER_HOSTS.join(' ')}`,
    `form-action 'self'${mayLeave ? ELSEWHERE : ''}; frame-ancestors ${isFramed ? "'self'" : "'none'"}; base-uri 'none'`,
  ].join('; ')

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
  const { site: subdomain, form } = request.params as { site?: string; form?: string }
  if (subdomain !== undefined)
    return {
      site: await findSite(app.db, subdomain),
      // Escaped for the path of a cookie, also where there is no such site.
      base: `/s/${encodeURIComponent(subdomain.toLowerCase())}`,
    }
  const host = normalizeHost(request.hostname)
  const [, local] = /^([a-z0-9-]+)\.localhost$/.exec(host) ?? []
  if (local) return { site: await findSite(app.db, local), base: '' }
  if (!isOwnHost(app, host)) return { site: await findSiteByDomain(app.db, host), base: '' }
  return form === undefined ? { site: undefined, base: '' } : placeOfForm(app, form)
}

/** On the host of the server, the address of a form names its site, unless several sites have a form of that id. */
async function placeOfForm({ db }: App, formId: string): Promise<Place> {
  const siteId = await findSiteOfForm(db, formId)
  const site = siteId === null ? undefined : await findSiteById(db, siteId)
  return { site, base: site ? `/s/${site.subdomain}` : '' }
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
    isActing: found?.isActing ?? false,
    visitor: { source: request.ip, session, language },
    form: (request.body ?? {}) as Record<string, string>,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    render: (name, view, status = 200) =>
      sendPage(
        app,
        request,
        reply,
        name,
        view,
        { site, base, member: visit.member, isActing: visit.isActing },
        status,
      ),
    redirect: (path) => reply.redirect(base + path, 303),
    leave: (url) => reply.redirect(new URL(url).href, 303),
    relaxPolicy: (relaxed) => void reply.header('content-security-policy', contentSecurityPolicy(relaxed)),
    isScript: isOfScript(request),
    origin: otherOrigin(request),
    sendJson: (body, status) => sendJson(reply, body, status),
    setHeader: (name, value) => void reply.header(name, value),
    remember: (id) => void reply.setCookie(COOKIE, id, { ...cookie, maxAge: SESSION_DAYS * 86_400 }),
    forget() {
      visit.member = null
      reply.clearCookie(COOKIE, cookie)
    },
    nonce: isSecret(request.cookies[NONCE_COOKIE]) ? request.cookies[NONCE_COOKIE] : null,
    keepNonce() {
      visit.nonce ??= randomSecret()
      reply.setCookie(NONCE_COOKIE, visit.nonce, { ...cookie, maxAge: NONCE_DAYS * 86_400 })
    },
    dropNonce() {
      visit.nonce = null
      reply.clearCookie(NONCE_COOKIE, cookie)
    },
  }
  if (session && found?.isProlonged) visit.remember(session)
  if (found && !found.isActing && found.member.language !== language)
    await recordLanguage(app, site.id, found.member, language)
  return visit
}

/** The origin of the page that sends the request, where it is another website; else null. */
export function otherOrigin({ headers: { origin }, host }: FastifyRequest): string | null {
  if (origin === undefined) return null
  return URL.parse(origin)?.host === host ? null : origin
}

/** A script is answered in JSON. */
export const isOfScript = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.includes('application/json') ?? false

export const sendJson = (reply: FastifyReply, body: object, status: number): FastifyReply =>
  reply.code(status).type('application/json; charset=utf-8').send(body)

const NO_SITE = { title: '', color: null, logo_url: null, time_zone: 'UTC', language: null }

/** The language of the browser; else that of the site. */
export const languageFor = ({ headers }: FastifyRequest, { language }: { language: string | null }) =>
  pickLanguage(headers['accept-language'], languageOf(language))

/** Sends a page in the language of the browser. */
export function sendPage<Name extends PageName>(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  name: Name,
  view: PageViews[Name],
  where: { site: MemberSite | undefined; base: string; member: Member | null; isActing?: boolean },
  status: number,
): FastifyReply {
  const { site = NO_SITE, base, member, isActing = false } = where
  const frame: PageFrame = {
    site,
    base,
    member: member && { name: member.name, email: member.email, is_acting: isActing },
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
