/** Table of contents: every event, with all that the log, hooks, automations and their documentation derive from. */
import { type TObject, Type } from 'typebox'
import { languages } from '../text/languages.ts'

/** Where an event has the id of a resource of each type, or a list of ids: in a column, or else in its `data`. */
export const REFERENCES = {
  contacts: 'contact_id',
  customers: 'customer_id',
  offers: 'offer_id',
  grants: 'grant_id',
  contact_tags: 'tag_id',
  hooks: 'hook_id',
  forms: 'form_id',
  form_submissions: 'form_submission_id',
  // A course is a product.
  courses: 'course_id',
  products: 'course_id',
  lessons: 'lesson_id',
  course_progress: 'course_progress_id',
  orders: 'order_id',
  // All of an order.
  order_items: 'order_item_ids',
  purchases: 'purchase_id',
  transactions: 'transaction_id',
} as const

/** A type of resource that an event can refer to. */
export type Referred = keyof typeof REFERENCES

/** Under which name hooks are notified of an event. */
export interface HookName {
  /** Completes "occurs when", where it is not every event of the type. */
  occurs?: string
  /** Which events of the type it is for, by a member of their `data`. Left out: all. */
  onlyIf?: string
  /** Kajabi has it. */
  isKajabi?: boolean
}

export interface EventDescription {
  /** Completes "occurs when". */
  occurs: string
  /** The types of resources that it can refer to. */
  refersTo: readonly Referred[]
  /** Its `data`: those that identify a person are marked. */
  data: TObject
  /** The names under which hooks are notified of it. */
  hooks?: Readonly<Record<string, HookName>>
  /** Whether it can start automations. */
  isTrigger?: boolean
  /** What the body of a webhook shows, by type, the primary resource first. */
  shows?: readonly string[]
  /** Permissions for a hook or automation to be notified of it. Left out: to view all that it shows. */
  needs?: readonly string[]
  /** The permission to see it in the log, besides that to see the log. Left out: none. */
  viewedWith?: string
  /** The type of resource that a hook or automation for it can be confined to. */
  confinedTo?: string
}

const nothing = Type.Object({})

const flag = Type.Boolean()
const text = Type.String()
/** It identifies a person: the API does not show it, and deleting the contact erases it. */
const personal = Type.String({ 'x-personal': true })

const oneOf = <Word extends string>(words: readonly Word[]) => Type.Unsafe<Word>({ enum: words })

/** `next`: the path of the site to which the link leads. */
const LinkRequest = Type.Object({ language: oneOf(languages), next: Type.Optional(text) })

const ABOUT_CONTACT = { refersTo: ['contacts'], shows: ['contacts'] } as const

const ABOUT_CUSTOMER = { refersTo: ['contacts', 'customers'] } as const

const ABOUT_GRANT = {
  refersTo: ['contacts', 'customers', 'offers', 'grants'],
  shows: ['grants', 'contacts', 'customers', 'offers'],
  confinedTo: 'offers',
  isTrigger: true,
} as const

const ABOUT_TAG = {
  refersTo: ['contacts', 'customers', 'contact_tags'],
  data: Type.Object({ tag_id: text }),
  shows: ['contacts', 'contact_tags'],
  needs: ['view:contacts'],
  confinedTo: 'contact_tags',
  isTrigger: true,
} as const

const ABOUT_COURSE = {
  shows: ['course_progress', 'courses', 'contacts', 'customers'],
  needs: ['view:customers', 'view:courses', 'view:contacts'],
  confinedTo: 'products',
  isTrigger: true,
} as const

const textOrNull = Type.Union([text, Type.Null()])

const ABOUT_PURCHASE = {
  refersTo: ['contacts', 'customers', 'offers', 'purchases'],
  shows: ['purchases', 'offers', 'customers'],
  confinedTo: 'offers',
  isTrigger: true,
} as const

const PurchaseTurned = Type.Object({
  purchase_id: text,
  // Null when access came back.
  reason: textOrNull,
  // The customer holds the offer by a grant or by another purchase.
  still_held: flag,
})

/** The offer is that of the one purchase; none when there are several. */
const ABOUT_PAYMENT = {
  refersTo: ['contacts', 'customers', 'offers', 'orders', 'transactions'],
  data: Type.Object({ transaction_id: text, order_id: textOrNull, purchase_ids: Type.Array(text) }),
  shows: ['transactions', 'customers', 'offers'],
  confinedTo: 'offers',
} as const

const ABOUT_DISPUTE = {
  refersTo: ['contacts', 'customers', 'offers'],
  data: Type.Object({ dispute_id: text, charge_id: text, purchase_ids: Type.Array(text), status: text }),
} as const

const AccessPeriod = Type.Object({
  starts_at: text,
  expires_at: Type.Union([text, Type.Null()]),
  previous_expires_at: Type.Union([text, Type.Null()]),
})

const KAJABI = { isKajabi: true } as const

export const EVENTS = {
  contact_created: {
    ...ABOUT_CONTACT,
    occurs: 'a contact was created',
    data: nothing,
    hooks: { contact_created: {} },
    isTrigger: true,
  },
  contact_updated: {
    ...ABOUT_CONTACT,
    refersTo: ['contacts', 'customers'],
    occurs: 'attributes of a contact were changed',
    data: Type.Object({ changed: Type.Array(text) }),
    hooks: { contact_updated: {} },
  },
  contact_deleted: {
    ...ABOUT_CUSTOMER,
    occurs: 'a contact was deleted',
    data: nothing,
  },
  contact_merged: {
    ...ABOUT_CUSTOMER,
    occurs: 'another contact was merged into this one',
    data: Type.Object({ merged_contact_id: text, merged_customer_id: Type.Union([text, Type.Null()]) }),
    shows: ['contacts'],
    hooks: { contact_merged: {} },
    isTrigger: true,
  },
  grant_merged: {
    refersTo: ['contacts', 'customers', 'offers', 'grants'],
    occurs: 'a grant ended because its contact was merged into one that holds the same offer',
    data: Type.Object({ into_grant_id: text }),
  },
  other_email_given: {
    ...ABOUT_CUSTOMER,
    occurs: 'a shop named a customer by id, with another e-mail than the one on file, which stays',
    data: Type.Object({ email: personal }),
  },
  customer_created: {
    ...ABOUT_CUSTOMER,
    occurs: 'a contact became a customer',
    data: Type.Object({ send_welcome_email: flag, offer_ids: Type.Array(text) }),
    shows: ['customers', 'contacts'],
    hooks: { customer_created: {} },
    isTrigger: true,
  },
  welcome_email_requested: {
    ...ABOUT_CUSTOMER,
    occurs: 'the welcome e-mail of a customer was requested again',
    data: Type.Object({ offer_ids: Type.Array(text) }),
  },
  offer_granted: {
    ...ABOUT_GRANT,
    occurs: 'an offer was granted to a customer, as a gift or not',
    data: Type.Object({
      is_gift: flag,
      customer_created: flag,
      send_offer_grant_email: Type.Union([flag, Type.Null()]),
    }),
    hooks: { offer_granted: {}, gift_granted: { occurs: 'a gift offer was granted', onlyIf: 'is_gift' } },
  },
  offer_revoked: {
    ...ABOUT_GRANT,
    occurs: 'access was removed: revoked, replaced, or the contact deleted',
    data: Type.Object({
      reason: oneOf(['revoked', 'replaced', 'contact_deleted']),
    }),
    hooks: { offer_revoked: {} },
  },
  access_extended: {
    ...ABOUT_GRANT,
    occurs: 'the end of access was moved to a later time, or removed',
    data: AccessPeriod,
    hooks: { access_extended: {} },
  },
  access_changed: {
    ...ABOUT_GRANT,
    occurs: 'the start of access was changed, or its end moved to an earlier time',
    data: AccessPeriod,
    hooks: { access_changed: {} },
  },
  access_ending: {
    ...ABOUT_GRANT,
    occurs: 'access will end, as many days later as `access_ending_days` of the offer says',
    data: Type.Object({ expires_at: text }),
    hooks: { access_ending: {} },
  },
  access_expired: {
    ...ABOUT_GRANT,
    occurs: 'the access period ended',
    data: Type.Object({ expired_at: text }),
    hooks: { access_expired: {} },
  },
  gift_redeemed: {
    ...ABOUT_GRANT,
    occurs: 'a member opened a gift for the first time',
    data: nothing,
  },
  lesson_completed: {
    ...ABOUT_COURSE,
    refersTo: ['contacts', 'customers', 'courses', 'lessons', 'course_progress'],
    occurs: 'a member completed a lesson, for the first time',
    data: Type.Object({ course_id: text, lesson_id: text, course_progress_id: text }),
    shows: ['lessons', ...ABOUT_COURSE.shows],
    hooks: { lesson_completed: {} },
  },
  course_completed: {
    ...ABOUT_COURSE,
    refersTo: ['contacts', 'customers', 'courses', 'course_progress'],
    occurs: 'a member completed all lessons of a course, for the first time',
    data: Type.Object({ course_id: text, course_progress_id: text }),
    hooks: { course_completed: {} },
  },
  tag_added: {
    ...ABOUT_TAG,
    occurs: 'a tag was added to a contact',
    hooks: { tag_added: KAJABI },
  },
  tag_removed: {
    ...ABOUT_TAG,
    occurs: 'a tag was removed from a contact',
    hooks: { tag_removed: KAJABI },
  },
  sign_in_as_requested: {
    ...ABOUT_CUSTOMER,
    occurs: 'somebody of the account asked to sign in as this member, for the reason that they gave',
    data: Type.Object({ reason: text }),
  },
  sign_in_link_requested: {
    ...ABOUT_CUSTOMER,
    occurs: 'a link to sign in was requested; without a contact when the address is unknown',
    data: LinkRequest,
  },
  password_link_requested: {
    ...ABOUT_CUSTOMER,
    occurs: 'a link to choose a password was requested; without a contact when the address is unknown',
    data: LinkRequest,
  },
  email_change_requested: {
    ...ABOUT_CUSTOMER,
    occurs: 'a member asked to change their e-mail',
    data: nothing,
  },
  password_changed: {
    ...ABOUT_CUSTOMER,
    occurs: 'a member chose a password',
    // It replaced another one.
    data: Type.Object({ had_password: flag }),
  },
  email_changed: {
    ...ABOUT_CUSTOMER,
    occurs: 'the e-mail of a member who had signed in before was changed',
    data: Type.Object({ previous_email: personal }),
  },
  hook_disabled: {
    refersTo: ['hooks'],
    occurs: 'a hook was disabled automatically, not by request',
    data: Type.Object({
      hook_id: text,
      reason: oneOf(['gone', 'failing']),
      failing_since: text,
      // The result of the last attempt, such as "HTTP 503".
      answer: text,
    }),
    viewedWith: 'view:hooks',
  },
  user_invited: {
    refersTo: [],
    occurs: 'somebody was invited to become a user of the account, or the invitation was sent again',
    data: Type.Object({ invitation_id: text }),
    viewedWith: 'view:users',
  },
  user_password_link_requested: {
    refersTo: [],
    occurs: 'a link to set a new password was requested by a user of the account',
    data: Type.Object({ user_id: text }),
    viewedWith: 'view:users',
  },
  passkey_added: {
    refersTo: [],
    occurs: 'a user of the account added a passkey',
    data: Type.Object({ user_id: text, passkey_id: text }),
    viewedWith: 'view:users',
  },
  passkey_removed: {
    refersTo: [],
    occurs: 'a user of the account removed a passkey',
    data: Type.Object({ user_id: text, passkey_id: text }),
    viewedWith: 'view:users',
  },
  template_test_requested: {
    refersTo: [],
    occurs: 'a user had a test of an e-mail template sent to their own address',
    data: Type.Object({ kind: text, user_id: text }),
    viewedWith: 'view:emails',
  },
  offer_purchased: {
    ...ABOUT_PURCHASE,
    refersTo: [...ABOUT_PURCHASE.refersTo, 'orders', 'transactions'],
    occurs: 'a customer bought an offer, once for each offer of an order, and not when a subscription renews',
    data: Type.Object({ purchase_id: text, order_id: text, transaction_id: textOrNull }),
    hooks: { purchase: KAJABI },
  },
  purchase_deactivated: {
    ...ABOUT_PURCHASE,
    occurs: 'access by a purchase ended',
    data: PurchaseTurned,
    hooks: { purchase_deactivated: {} },
  },
  purchase_reactivated: {
    ...ABOUT_PURCHASE,
    occurs: 'access by a purchase came back',
    data: PurchaseTurned,
    hooks: { purchase_reactivated: {} },
  },
  subscription_canceled: {
    ...ABOUT_PURCHASE,
    occurs: 'a subscription or payment plan ended before all was paid',
    data: Type.Object({ purchase_id: text, subscription_id: text }),
    hooks: { subscription_canceled: {} },
  },
  payment_succeeded: {
    ...ABOUT_PAYMENT,
    occurs: 'a payment succeeded',
    hooks: { payment_succeeded: KAJABI },
  },
  payment_failed: {
    ...ABOUT_PAYMENT,
    occurs: 'a payment failed',
    hooks: { payment_failed: {} },
    isTrigger: true,
  },
  payment_overdue: {
    ...ABOUT_PURCHASE,
    isTrigger: false,
    occurs:
      'a payment through a provider failed and is still due: of a subscription, or a bank debit after a checkout, without a purchase',
    data: Type.Object({ purchase_id: textOrNull, transaction_id: textOrNull }),
  },
  trial_ending: {
    ...ABOUT_PURCHASE,
    isTrigger: false,
    occurs: 'the trial of a subscription will end within three days',
    data: Type.Object({ purchase_id: text, trial_ends_at: text }),
  },
  payment_refunded: {
    ...ABOUT_PAYMENT,
    occurs: 'a payment was paid back, in full or in part',
    data: Type.Object({
      transaction_id: text,
      charge_id: text,
      order_id: textOrNull,
      purchase_ids: Type.Array(text),
    }),
    hooks: { payment_refunded: {} },
  },
  dispute_opened: {
    ...ABOUT_DISPUTE,
    occurs: 'a customer disputed a payment at their bank; an inquiry is none',
  },
  dispute_closed: {
    ...ABOUT_DISPUTE,
    occurs: 'a dispute was won or lost',
  },
  order_created: {
    refersTo: ['contacts', 'customers', 'offers', 'orders', 'order_items', 'transactions'],
    occurs: 'an order was created',
    data: Type.Object({
      order_id: text,
      transaction_id: textOrNull,
      order_item_ids: Type.Array(text),
    }),
    shows: ['transactions', 'customers', 'orders', 'order_items'],
    confinedTo: 'offers',
    hooks: { order_created: KAJABI },
  },
  form_confirmation_requested: {
    refersTo: ['forms', 'form_submissions'],
    occurs: 'a form with double opt-in was submitted; everything else happens when the e-mail is confirmed',
    data: Type.Object({ form_id: text, form_submission_id: text, language: Type.Optional(oneOf(languages)) }),
  },
  form_submitted: {
    refersTo: ['contacts', 'customers', 'forms', 'form_submissions'],
    occurs: 'a form was submitted and, with double opt-in, confirmed',
    data: Type.Object({ form_id: text, form_submission_id: text }),
    shows: ['form_submissions', 'forms'],
    hooks: { form_submission: KAJABI },
    confinedTo: 'forms',
    isTrigger: true,
  },
} as const satisfies Record<string, EventDescription>
