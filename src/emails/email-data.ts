import {
  keepLinks,
  type LinkCause,
  type LinkPurpose,
  linkToken,
  type NewLink,
  siteUrl,
} from '../links/member-links.ts'
import type { App } from '../platform/app.ts'
import type { Tx } from '../platform/db/database.ts'
import { type Language, languageOf } from '../platform/text/languages.ts'
import { givenName } from '../platform/text/names.ts'
import { confirmationEmailData } from './confirmation-email-data.ts'
import { type EmailContext, type Facts, factsOf } from './email-facts.ts'
import { ownerEmailData } from './owner-email-data.ts'
import type { EmailData } from './render.ts'
import { signedLink } from './signed-link.ts'
import { type ContactEmailKind, isUserEmailKind, TEMPLATE_TEST } from './templates/index.ts'
import { tokenOfUserEmail, userEmailData } from './user-email-data.ts'

/** What the link of each e-mail is for; or the page that it leads to, which anybody can open. */
const LINK_OF: Record<ContactEmailKind, LinkPurpose | `/${string}`> = {
  welcome: 'welcome',
  gift: 'gift',
  offer_grant: 'sign_in',
  access_ending: 'sign_in',
  payment_failed: 'sign_in',
  trial_ending: 'sign_in',
  sign_in: 'sign_in',
  password: 'password',
  // Somebody else may read the mailbox by now: these let nobody in.
  password_changed: '/request-link?purpose=password',
  email_change: 'email_change',
  email_changed: '/sign-in',
  email_removed: '/',
  automation: 'sign_in',
  form_confirmation: 'form',
}

/** An e-mail's data, with the language of its site beside that of its recipient. */
export type SiteEmailData = EmailData & { siteLanguage: Language }

/** What each e-mail says, as it is stored, and makes the links in them; null when its recipient is gone. */
export async function emailData(
  app: App,
  tx: Tx,
  occasions: EmailContext[],
): Promise<(SiteEmailData | null)[]> {
  if (occasions.length === 0) return []
  const { rows } = await factsOf(occasions).execute(tx)
  const factsAt = new Map(rows.map((facts) => [Number(facts.place) - 1, facts]))
  await keepLinks(
    app,
    tx,
    occasions.flatMap((occasion, index) => linkOf(occasion, factsAt.get(index)) ?? []),
  )
  const toOthers = new Map([
    ...(await ownerEmailData(app, tx, occasions.filter(isToOwner))),
    ...(await confirmationEmailData(app, tx, occasions.filter(isToSubmitter))),
    ...(await userEmailData(app, tx, occasions.filter(isToUser))),
  ])
  return occasions.map((occasion, index) => {
    if (isToOwner(occasion) || isToSubmitter(occasion) || isToUser(occasion))
      return toOthers.get(occasion.event_id) ?? null
    const facts = factsAt.get(index)
    return facts && isReached(occasion, facts) ? dataOf(app, occasion, facts) : null
  })
}

const isToOwner = ({ kind }: EmailContext) => kind === 'hook_disabled'

/** It was rendered when it was queued; the link of a sample has no secret. */
const isTest = ({ kind }: EmailContext) => kind === TEMPLATE_TEST

const isToUser = ({ kind }: EmailContext) => isUserEmailKind(kind)

/** Who has submitted a form need not be a contact before the e-mail is confirmed. */
const isToSubmitter = ({ kind }: EmailContext) => kind === 'form_confirmation'

/** What the system sends is for customers; what an automation sends is for every contact. */
const isReached = ({ kind }: EmailContext, { customer_id }: Facts) =>
  kind === 'automation' || customer_id !== null

/** Who is no customer has nowhere to sign in, and gets none. */
function linkOf(occasion: EmailContext, facts: Facts | undefined): NewLink | null {
  const purpose = purposeOf(occasion)
  if (!facts?.customer_id || !purpose) return null
  return {
    purpose,
    siteId: occasion.site_id,
    eventId: occasion.event_id,
    cause: causeOf(occasion),
    customerId: facts.customer_id,
    grantId: facts.grant_id,
  }
}

const linkOfKind = ({ kind }: Pick<EmailContext, 'kind'>) => LINK_OF[kind as ContactEmailKind]

function purposeOf(occasion: EmailContext): LinkPurpose | null {
  if (isToOwner(occasion) || isToUser(occasion) || isTest(occasion)) return null
  const link = linkOfKind(occasion)
  return isPath(link) ? null : link
}

const isPath = (link: LinkPurpose | `/${string}`): link is `/${string}` => link.startsWith('/')

const causeOf = ({ event_id, run_id, step }: EmailContext) =>
  run_id === null ? event_id : `${event_id}:${run_id}:${step}`

/**
 * The link of an e-mail that goes to the present address of its contact; null: it belongs to the address for which it
 * was caused, or its link lets nobody in.
 */
export function movingLink(occasion: EmailContext): LinkCause | null {
  const purpose = purposeOf(occasion)
  if (!purpose || purpose === 'email_change' || occasion.contact_id === null) return null
  return { purpose, siteId: occasion.site_id, cause: causeOf(occasion) }
}

/** The secret part of the link in an e-mail; null when its link has none. */
export function emailToken(app: App, occasion: EmailContext): string | null {
  if (isUserEmailKind(occasion.kind)) return tokenOfUserEmail(app, occasion.kind, occasion.event_id)
  const purpose = purposeOf(occasion)
  return purpose && linkToken(app, purpose, occasion.site_id, causeOf(occasion))
}

function dataOf(app: App, occasion: EmailContext, facts: Facts): SiteEmailData {
  const { title, color, logo_url, name, email, gift, offers, language, site_language, time_zone, custom } =
    facts
  const base = siteUrl(app, facts)
  const { course, lesson } = placesOf(facts, base)
  return {
    language: languageOf(language ?? site_language),
    siteLanguage: languageOf(site_language),
    site: { title, url: base, color, logo_url, time_zone },
    recipient: { name, first_name: givenName(name), email, ...custom },
    offers,
    gift:
      occasion.kind === 'gift'
        ? { from_name: gift?.from_name ?? null, message: gift?.message ?? null }
        : null,
    course,
    lesson,
    link: linkIn(app, occasion, facts, base),
  }
}

/** The pages of the course and the lesson that an occasion is about. */
function placesOf({ course, lesson }: Facts, base: string): Pick<EmailData, 'course' | 'lesson'> {
  if (!course) return { course: null, lesson: null }
  const url = base + coursePath(course)
  return {
    course: { title: course.title, url, percent: course.percent },
    lesson: lesson && { title: lesson.title, url: `${url}/lessons/${lesson.id}` },
  }
}

const coursePath = ({ id }: { id: string }) => `/products/${id}`

function linkIn(
  app: App,
  occasion: EmailContext,
  { customer_id, next, course }: Facts,
  base: string,
): EmailData['link'] {
  if (customer_id === null) return { url: base, expires_in_days: null }
  const link = linkOfKind(occasion)
  if (isPath(link)) return { url: base + link, expires_in_days: null }
  const after = next ?? (course && coursePath(course))
  return signedLink(app, { purpose: link, siteId: occasion.site_id, cause: causeOf(occasion) }, base, after)
}
