import type { Language } from '../../platform/text/languages.ts'
import { productsToList } from '../../platform/text/titles.ts'
import { lastMoment } from '../../platform/text/zone.ts'

/** What the templates can name, and the language in which they are written. Dates are ISO 8601, and shown in the time zone of the site; nothing in here is ever read as template code or as HTML. */
export interface EmailData {
  language: Language
  site: { title: string; url: string; color: string | null; logo_url: string | null; time_zone: string }
  recipient: Recipient
  offers: {
    title: string
    description: string | null
    /** Templates get the last millisecond of access that ends with a day. */
    access_until: string | null
    products: { title: string }[]
  }[]
  gift: { from_name: string | null; message: string | null } | null
  /** What an e-mail of an automation is about, after a lesson or a course was completed; null in all others. */
  course: (Place & { percent: number }) | null
  /** Null also after a course was completed. */
  lesson: Place | null
  link: { url: string; expires_in_days: number | null }
  /** In `hook_disabled` alone. */
  hook?: HookNotice
}

/** A page of members. */
export interface Place {
  title: string
  /** Those who are not signed in are led on to it after they have signed in. */
  url: string
}

/** With the custom fields that the site has, archived or not; null: no value. */
export type Recipient = {
  name: string
  first_name: string
  email: string
  [custom: `custom_${number}`]: string | null
}

/** Why a hook was disabled, and what can be done. */
export interface HookNotice {
  id: string
  event: string
  /** Of its address: path and query may be secret. */
  host: string
  reason: string
  /** ISO 8601. */
  failing_since: string
  /** What its last attempt ended with. */
  answer: string
  /** How long what happens meanwhile can be replayed. */
  kept_days: number
}

/** What stands behind a name: a text, a list of such, or members; `anything` is not known beforehand. */
export type Shape = 'text' | 'anything' | [Shape] | { [name: string]: Shape }

type ShapeOf<Value> = Value extends (infer Element)[]
  ? [ShapeOf<Element>]
  : Value extends object
    ? { [Name in keyof Value]: ShapeOf<NonNullable<Value[Name]>> }
    : 'text'

/** All that templates can name, and the custom fields of a recipient. */
export const EMAIL_SHAPE: ShapeOf<EmailData> = {
  language: 'text',
  site: { title: 'text', url: 'text', color: 'text', logo_url: 'text', time_zone: 'text' },
  recipient: { name: 'text', first_name: 'text', email: 'text' },
  offers: [{ title: 'text', description: 'text', access_until: 'text', products: [{ title: 'text' }] }],
  gift: { from_name: 'text', message: 'text' },
  course: { title: 'text', url: 'text', percent: 'text' },
  lesson: { title: 'text', url: 'text' },
  link: { url: 'text', expires_in_days: 'text' },
}

/**
 * The data as templates get it: these properties and no others, each on one line, save for the description and the
 * message. A product that is alone in its offer and is called like it is left out, so that no title stands twice.
 */
export function cleanData(data: EmailData): EmailData {
  const { language, site, recipient, offers, gift, course, lesson, link, hook } = data
  return {
    language,
    site: {
      title: line(site.title),
      url: site.url,
      color: site.color,
      logo_url: site.logo_url,
      time_zone: site.time_zone,
    },
    recipient: cleanRecipient(recipient),
    offers: offers.map((offer) => cleanOffer(offer, site.time_zone)),
    gift: gift && {
      from_name: gift.from_name && line(gift.from_name),
      message: gift.message && lines(gift.message),
    },
    course: course && { ...cleanPlace(course), percent: course.percent },
    lesson: lesson && cleanPlace(lesson),
    link: { url: link.url, expires_in_days: link.expires_in_days },
    ...(hook && { hook }),
  }
}

const cleanPlace = ({ title, url }: Place): Place => ({ title: line(title), url })

const cleanRecipient = ({ name, first_name, email, ...custom }: Recipient): Recipient => ({
  name: line(name),
  first_name: line(first_name),
  email: line(email),
  ...Object.fromEntries(Object.entries(custom).map(([handle, value]) => [handle, value && lines(value)])),
})

function cleanOffer(offer: EmailData['offers'][number], zone: string): EmailData['offers'][number] {
  const title = line(offer.title)
  const products = productsToList(
    title,
    offer.products.map((product) => line(product.title)),
  )
  return {
    title,
    description: offer.description && lines(offer.description),
    access_until: offer.access_until && lastMomentOf(offer.access_until, zone),
    products: products.map((title) => ({ title })),
  }
}

/** So that the day of access that ends with a day is the right one, however a template formats it. A day stays one. */
const lastMomentOf = (end: string, zone: string): string =>
  /T/.test(end) ? lastMoment(zone, new Date(end)).toISOString() : end

// The last two groups change the direction of the text that follows, so that a name could reverse the sentence.
// The marks that single letters and emoji need (U+200C to U+200F) stay.
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Text without control characters, on a single line. */
export function line(text: string): string {
  return text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .trim()
}

/** Text without control characters, its line breaks as `\n` and no more than one blank line in a row. */
export function lines(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .split('\n')
    .map((one) => one.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
