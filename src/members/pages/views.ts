/** What each page shows. Paths are below the base of the site (`/account`); dates are moments, shown in the time zone of the site. */
import type { CouponProblem } from '../../sales/coupons/find-coupon.ts'
import type { Language } from '../texts/language.ts'

export type { Language } from '../texts/language.ts'

export type Moment = Date | string

/** What is the same on every page of a visit. */
export interface PageFrame {
  /** An empty title: no site was found. */
  site: { title: string; color: string | null; logo_url: string | null; time_zone: string }
  /** In front of every link and form action: `''` or `/s/northlight`. */
  base: string
  language: Language
  csrf: string
  /** `is_acting`: it is somebody of the account, who acts as the member. */
  member: { name: string; email: string; is_acting: boolean } | null
}

interface ErrorCodes {
  /** `personal`: has the member's name or e-mail address in it. */
  password: 'missing' | 'too_short' | 'too_long' | 'too_common' | 'personal'
  /** The e-mail address and the password together: which of them is wrong is never said. */
  credentials: 'missing' | 'wrong'
  email: 'missing' | 'invalid' | 'unchanged' | 'taken' | 'disposable_email' | 'undeliverable_email'
  name: 'missing' | 'too_long'
  current_password: 'missing' | 'wrong'
  confirm_password: 'missing' | 'wrong'
  coupon: CouponProblem
}

/** A mistake in a form: shown at its field, and first of all in a summary. */
export type FieldError<Field extends keyof ErrorCodes> = {
  [Name in Field]: { field: Name; code: ErrorCodes[Name] }
}[Field]

/**
 * The field `password` of a new password. Its button `reveal` sends the form with `reveal=yes` or `reveal=no`: then
 * nothing is saved, and the page comes back with what was typed in `value` and with `is_revealed` accordingly.
 * In every other answer `value` is empty.
 */
export interface NewPassword {
  value: string
  is_revealed: boolean
  /** Of the value; null when it was not judged. */
  strength: 'weak' | 'good' | 'strong' | null
}

export interface OfferSummary {
  title: string
  description: string | null
  /** Null when access has begun. */
  access_from: Moment | null
  access_until: Moment | null
  /** Titles. */
  products: string[]
}

export interface ProductAccess {
  /** Titles of the offers that give the access. */
  offers: string[]
  since: Moment
  until: Moment | null
  /** False while `since` is to come. */
  is_open: boolean
}

export interface LibraryProduct {
  path: string
  title: string
  description: string | null
  picture_url: string | null
  access: ProductAccess
  progress: ProgressView | null
}

/** Of the lessons that count. */
export interface ProgressView {
  completed: number
  total: number
  percent: number
}

export interface EndedProduct {
  /** Not linked; decides the drawing, as it did while it was open. */
  path: string
  title: string
  picture_url: string | null
  offers: string[]
  reason: 'expired' | 'revoked' | 'replaced'
  ended_at: Moment
}

export interface LessonLink {
  title: string
  path: string
}

/** A lesson that opens at a time, or is locked, has no path. */
export interface OutlinedLesson {
  title: string
  path: string | null
  opens_at: Moment | null
  is_complete: boolean
}

/** A module without a title shows its lessons only. */
export interface OutlinedModule {
  title: string | null
  lessons: OutlinedLesson[]
}

/** With `embed_url`, the player of another server shows it. Of an image, the title says what it shows. */
export interface LessonMedium {
  kind: 'video' | 'audio' | 'image' | 'file'
  title: string | null
  url: string
  embed_url: string | null
  captions: Caption[]
}

/** `language` is its code, `label` what the player shows. */
export interface Caption {
  language: string
  label: string
  url: string
}

export interface BlogEntry {
  title: string
  path: string
  date: Moment
  description: string | null
  picture_url: string | null
}

export type MessageKind =
  | 'email_changed'
  | 'email_taken'
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'no_access'
  | 'acting'
  | 'form_link_ended'
  | 'form_closed'
  | 'offer_closed'
  | 'offer_unavailable'
  | 'checkout_unavailable'
  | 'already_subscribed'
  | 'not_again'
  | 'payment_pending'
export type ProblemKind =
  | 'not_found'
  | 'form_expired'
  | 'too_large'
  | 'unreadable'
  | 'too_many'
  | 'too_many_guesses'
  | 'too_many_submissions'
  | 'failed'
  | 'unavailable'

/** What somebody has bought, in words. */
export interface BillingPurchase {
  title: string
  price: string
  bought_at: Moment
  /** The key of a sentence in the texts, `billing.state.<state>`, and what it says. */
  state: string
  date: Moment
  amount: string
  made: number
  total: number
  /** When access ended. */
  ended_at: Moment | null
  /** Paths; null: it cannot be done. */
  cancel: string | null
  card: string | null
  receipts: { path: string; date: Moment; amount: string; is_refund: boolean }[]
}

/** A field of a form, with what was typed into it. */
export interface FormFieldView {
  handle: string
  label: string
  kind: 'line' | 'lines' | 'checkbox' | 'select' | 'radio'
  /** Of a line: its type in HTML. */
  type: string
  autocomplete: string | null
  is_required: boolean
  options: string[]
  value: string
  /** In words; null: nothing is wrong. */
  problem: string | null
}

export interface PageViews {
  /** Posts its fields to `action`, which accepts them from anywhere. */
  form: {
    action: string
    title: string
    description: string | null
    fields: FormFieldView[]
    /** The name of a field that people leave empty. */
    honeypot: string
    /** In words, of fields in their order or, with the handle "main", of the whole. */
    problems: { handle: string; text: string }[]
  }
  /** A form was submitted. */
  form_sent: {
    title: string
    /** In the words of the site; null: in ours. */
    message: string | null
    /** The address that is to be confirmed; null: everything is done. */
    waiting_for: string | null
    valid_seconds: number
  }
  /** Posts `name`, `email`, `coupon` and `source` to `action`; with `apply`, only the price is shown with the coupon. */
  offer: {
    action: string
    title: string
    description: string | null
    picture_url: string | null
    /** Decides the drawing when there is no picture. */
    path: string
    products: string[]
    /** Sentences; the first one is the price. */
    price: string[]
    /** The code of a coupon that applies, with the price without it. */
    applied: { code: string; price: string } | null
    /** It is free, or the site can take money. */
    is_available: boolean
    takes_coupons: boolean
    coupon: string
    is_free: boolean
    /** Of who is signed in: they buy as themselves. */
    signed_in_as: string | null
    is_held: boolean
    name: string
    email: string
    source: string
    errors: FieldError<'name' | 'email' | 'coupon'>[]
  }
  /** Where the payment provider leads back to, and after a free offer. `email`: null for browsers that did not buy. */
  checkout: {
    about: 'confirming' | 'pending' | 'mailed' | 'claimed' | 'failed' | 'expired'
    title: string
    email: string | null
    path: string
  }
  billing: {
    notice: 'canceled' | 'card_saved' | null
    /** Why something was refused, in the words of the payment provider. */
    problem: string | null
    purchases: BillingPurchase[]
  }
  /** Posts to `action`. */
  cancel_subscription: { action: string; title: string; ends_at: Moment | null }
  /** To be printed, with name and e-mail of the member. */
  receipt: {
    number: string
    order_number: string | null
    date: Moment
    is_refund: boolean
    period_start: Moment | null
    period_end: Moment | null
    lines: { title: string; quantity: number; amount: string }[]
    tax: string | null
    total: string
    refunded: string | null
  }
  /** Posts `password` to `action`. */
  welcome: {
    action: string
    first_name: string
    email: string
    offers: OfferSummary[]
    password: NewPassword
    errors: FieldError<'password'>[]
  }
  /** Posts `password` to `action`. */
  reset_password: { action: string; email: string; password: NewPassword; errors: FieldError<'password'>[] }
  /** Posts `email` and `password` to `/sign-in`; its second button posts `email` and `purpose` to `/request-link`. */
  sign_in: { email: string; next: string | null; errors: FieldError<'credentials'>[] }
  /** Posts `email`, `purpose` and `next` to `/request-link`. */
  request_link: {
    purpose: 'password' | 'sign_in'
    email: string
    next: string | null
    errors: FieldError<'email'>[]
  }
  link_sent: { email: string; valid_seconds: number }
  /** Posts `email` and `purpose` to `/request-link`, whether or not the link was ever known. */
  link_ended: {
    purpose: 'welcome' | 'password' | 'sign_in' | 'gift'
    email: string
    errors: FieldError<'email'>[]
  }
  /** A button to press, because mail scanners open links: posts to `action`. */
  follow_link: {
    purpose: 'sign_in' | 'email' | 'form' | 'act_as'
    action: string
    email: string
    next: string | null
  }
  /** Posts to `action`, with `password` when one is asked for. */
  gift: {
    action: string
    from_name: string | null
    message: string | null
    email: string
    offers: OfferSummary[]
    /** Null when the member has a password. */
    password: NewPassword | null
    errors: FieldError<'password'>[]
  }
  library: {
    notice: 'welcome' | 'password_saved' | 'gift_opened' | 'bought' | null
    products: LibraryProduct[]
    ended: EndedProduct[]
  }
  product: {
    title: string
    text: string | null
    picture_url: string | null
    path: string
    access: ProductAccess
    notice: 'course_completed' | null
    /** Null for what has no lessons. */
    progress: ProgressView | null
    /** Empty for what is no course, and while access has not begun. */
    modules: OutlinedModule[]
    /** The lesson with which the member starts or goes on; null: none is open, or all are complete. */
    resume: (LessonLink & { is_start: boolean }) | null
    /** A path, once the course is complete. */
    certificate: string | null
  }
  /** Posts to `complete`, or to `reopen` once it is complete. */
  lesson: {
    product: LessonLink
    path: string
    complete: string
    reopen: string
    completed_at: Moment | null
    /** The contents of the course, and how far the member is. */
    modules: OutlinedModule[]
    progress: ProgressView | null
    module: string | null
    title: string
    /** As sanitizeContent() makes it. */
    html: string | null
    media: LessonMedium[]
    /** From 1, among all lessons of the course, as on its page. */
    position: number
    total: number
    previous: LessonLink | null
    next: LessonLink | null
  }
  /** To be printed, with the name of the member. */
  certificate: { back: string; course: string; completed_at: Moment; number: string }
  /** A lesson that opens at a time, or is locked. */
  closed_lesson: {
    product: LessonLink
    title: string
    position: number
    total: number
    opens_at: Moment | null
  }
  /**
   * Posts `name` to `/account/name`; `current_password` and `password` to `/account/password`; `email` and
   * `confirm_password`, the current one, to `/account/email`. Without a password, only what is new is asked for.
   */
  account: {
    notice: 'name_saved' | 'password_saved' | 'email_sent' | null
    name: string
    email: string
    /** A new address that waits for its confirmation. */
    pending_email: string | null
    /** Of the link that confirms a new address. */
    link_valid_seconds: number
    /** What was typed as the new address. */
    new_email: string
    has_password: boolean
    password: NewPassword
    errors: FieldError<'name' | 'current_password' | 'password' | 'email' | 'confirm_password'>[]
  }
  /** The posts of a site, the newest first; `newer` and `older` are paths of further pages. */
  blog: { posts: BlogEntry[]; newer: string | null; older: string | null }
  /** A post or a page. */
  article: {
    title: string
    /** In the tab of the browser. */
    page_title: string
    /** For search engines. */
    description: string | null
    date: Moment | null
    picture: { url: string; alt: string } | null
    /** Made by sanitizeContent(). */
    html: string
    /** A path. */
    back: string | null
  }
  podcast: {
    title: string
    author: string | null
    text: string | null
    picture_url: string | null
    /** Where to listen. */
    directories: { name: string; url: string }[]
  }
  /** Says that something happened, with a link to `path`. */
  message: { about: MessageKind; path: string }
  /** Says that something did not work, with a link to `path`. */
  problem: { about: ProblemKind; path: string; wait_seconds: number | null; request_id: string | null }
}

export type PageName = keyof PageViews
