import type { NewPassword, OfferSummary, PageFrame, PageName, PageViews, ProductAccess } from './views.ts'

type Samples = { [Name in PageName]: PageViews[Name][] }

/** Where people listen to a podcast. */
export const DIRECTORY = 'https://example.com/show'

const since = '2026-03-03T10:00:00Z'
const until = '2026-12-23T10:00:00Z'
const nothingTyped: NewPassword = { value: '', is_revealed: false, strength: null }

/** Of purchases: each has a sentence. */
const BILLING_STATES = [
  ...['active', 'trialing', 'plan', 'ending', 'past_due', 'paused', 'incomplete', 'incomplete_expired'],
  ...['canceled', 'completed', 'free', 'paid', 'refunded', 'disputed'],
]

/** A visit to a site, in which every name is the same text. */
export function sampleFrame(text: string, change: Partial<PageFrame> = {}): PageFrame {
  const site = { title: text, color: '#0f766e', logo_url: null, time_zone: 'UTC' }
  const member = { name: text, email: text, is_acting: true }
  return { site, base: '/s/northlight', language: 'en', csrf: text, member, ...change }
}

/** Every page, with a text in every place that has one, and with as little as there can be. For tests and previews. */
export function samplePages(text: string): Samples {
  const plainOffer = {
    action: '/offers/t',
    title: text,
    description: null,
    picture_url: null,
    path: '/offers/t',
    products: [],
    price: [text],
    applied: null,
    is_available: true,
    takes_coupons: false,
    coupon: '',
    is_free: false,
    signed_in_as: null,
    is_held: false,
    name: '',
    email: '',
    source: '',
    errors: [],
  }
  const offer: OfferSummary = {
    title: text,
    description: text,
    access_from: since,
    access_until: until,
    products: [text],
  }
  const access: ProductAccess = { offers: [text, text], since, until, is_open: true }
  const later: ProductAccess = { offers: [], since, until: null, is_open: false }
  const ofLesson = {
    path: '/products/1/lessons/1',
    complete: '/products/1/lessons/1/complete',
    reopen: '/products/1/lessons/1/reopen',
  }
  const password: NewPassword = { value: text, is_revealed: true, strength: 'weak' }
  const progress = { completed: 1, total: 3, percent: 33 }
  const product = { path: '/products/1', title: text, description: text, picture_url: text, access, progress }
  const ended = { path: '/products/2', title: text, picture_url: text, offers: [text], ended_at: until }
  const lesson = { title: text, path: '/products/1/lessons/2' }
  return {
    welcome: [
      {
        action: '/welcome/t',
        first_name: text,
        email: text,
        offers: [offer],
        password,
        errors: [{ field: 'password', code: 'too_short' }],
      },
      { action: '/welcome/t', first_name: '', email: text, offers: [], password: nothingTyped, errors: [] },
    ],
    reset_password: [
      { action: '/sign-in/t', email: text, password, errors: [{ field: 'password', code: 'too_common' }] },
      { action: '/sign-in/t', email: text, password: nothingTyped, errors: [] },
    ],
    sign_in: [
      { email: text, next: text, errors: [{ field: 'credentials', code: 'wrong' }] },
      { email: '', next: null, errors: [] },
    ],
    request_link: [
      { purpose: 'password', email: text, next: text, errors: [{ field: 'email', code: 'invalid' }] },
      { purpose: 'sign_in', email: '', next: null, errors: [] },
    ],
    link_sent: [{ email: text, valid_seconds: 1_800 }],
    link_ended: [
      { purpose: 'welcome', email: text, errors: [{ field: 'email', code: 'missing' }] },
      { purpose: 'gift', email: '', errors: [] },
    ],
    form: [
      {
        action: '/forms/1/form_submissions',
        title: text,
        description: text,
        honeypot: 'leave_empty',
        fields: (['line', 'lines', 'checkbox', 'select', 'radio'] as const).map((kind, index) => ({
          ...{ handle: `custom_${index}`, label: text, kind, type: 'text', autocomplete: null },
          ...{ is_required: index === 0, options: [text, 'Other'], value: text, problem: text },
        })),
        problems: [{ handle: 'custom_0', text }],
      },
      {
        action: '/forms/1/form_submissions',
        title: text,
        description: null,
        honeypot: 'leave_empty',
        fields: [
          {
            ...{ handle: 'email', label: text, kind: 'line', type: 'email', autocomplete: 'email' },
            ...{ is_required: true, options: [], value: '', problem: null },
          },
        ],
        problems: [],
      },
    ],
    form_sent: [
      { title: text, message: text, waiting_for: null, valid_seconds: 0 },
      { title: text, message: null, waiting_for: text, valid_seconds: 604_800 },
      { title: text, message: null, waiting_for: null, valid_seconds: 0 },
    ],
    follow_link: [
      { purpose: 'sign_in', action: '/sign-in/t', email: text, next: text },
      { purpose: 'email', action: '/email/t', email: text, next: null },
      { purpose: 'form', action: '/form/t', email: text, next: null },
    ],
    gift: [
      {
        action: '/gift/t',
        from_name: text,
        message: text,
        email: text,
        offers: [offer],
        password,
        errors: [],
      },
      {
        action: '/gift/t',
        from_name: null,
        message: null,
        email: text,
        offers: [],
        password: null,
        errors: [],
      },
    ],
    offer: [
      {
        action: '/offers/t',
        title: text,
        description: text,
        picture_url: text,
        path: '/offers/t',
        products: [text, text],
        price: [text, text, text],
        applied: { code: text, price: text },
        is_available: true,
        takes_coupons: true,
        coupon: text,
        is_free: false,
        signed_in_as: null,
        is_held: true,
        name: text,
        email: text,
        source: text,
        errors: [
          { field: 'name', code: 'missing' },
          { field: 'email', code: 'taken' },
          { field: 'coupon', code: 'unknown' },
        ],
      },
      { ...plainOffer, is_free: true, signed_in_as: text },
      { ...plainOffer, is_available: false, takes_coupons: true },
    ],
    checkout: (['confirming', 'pending', 'mailed', 'claimed', 'failed', 'expired'] as const).map(
      (about, index) => ({
        about,
        title: text,
        email: index === 2 ? null : text,
        path: '/offers/t',
      }),
    ),
    billing: [
      {
        notice: 'canceled',
        problem: text,
        purchases: BILLING_STATES.map((state, index) => ({
          title: text,
          price: text,
          bought_at: since,
          state,
          date: until,
          amount: text,
          made: 1,
          total: 4,
          ended_at: index === 0 ? until : null,
          cancel: index === 0 ? '/billing/purchases/1/cancel' : null,
          card: index < 2 ? '/billing/purchases/1/card' : null,
          receipts:
            index === 0
              ? [
                  { path: '/billing/receipts/1', date: since, amount: text, is_refund: false },
                  { path: '/billing/receipts/2', date: since, amount: text, is_refund: true },
                ]
              : [],
        })),
      },
      { notice: null, problem: null, purchases: [] },
    ],
    cancel_subscription: [until, null].map((ends_at) => ({
      action: '/billing/purchases/1/cancel',
      title: text,
      ends_at,
    })),
    receipt: [
      {
        number: '1',
        order_number: '2',
        date: since,
        is_refund: false,
        period_start: since,
        period_end: until,
        lines: [
          { title: text, quantity: 1, amount: text },
          { title: text, quantity: 2, amount: text },
        ],
        tax: text,
        total: text,
        refunded: text,
      },
      {
        number: '1',
        order_number: null,
        date: since,
        is_refund: true,
        period_start: null,
        period_end: null,
        lines: [{ title: text, quantity: 1, amount: text }],
        tax: null,
        total: text,
        refunded: null,
      },
    ],
    library: [
      {
        notice: 'welcome',
        products: [
          product,
          { ...product, description: null, picture_url: null, access: later, progress: null },
        ],
        ended: [
          { ...ended, reason: 'expired' },
          { ...ended, reason: 'revoked' },
          { ...ended, reason: 'replaced', offers: [] },
        ],
      },
      { notice: null, products: [], ended: [{ ...ended, reason: 'expired' }] },
      { notice: null, products: [], ended: [] },
    ],
    product: [
      {
        ...product,
        text,
        modules: [
          {
            title: text,
            lessons: [
              { ...lesson, opens_at: null, is_complete: true },
              { title: text, path: null, opens_at: until, is_complete: false },
              { title: text, path: null, opens_at: null, is_complete: false },
            ],
          },
          { title: null, lessons: [] },
        ],
        notice: 'course_completed',
        resume: { ...lesson, is_start: false },
        certificate: '/products/1/certificate',
      },
      ...[access, later].map((state) => ({
        title: text,
        text: null,
        picture_url: null,
        path: '/products/1',
        access: state,
        notice: null,
        progress: null,
        modules: [],
        resume: null,
        certificate: null,
      })),
    ],
    lesson: [
      {
        product: lesson,
        module: text,
        title: text,
        html: '<p>Hello.</p>',
        media: [
          ...(['video', 'audio', 'image', 'file'] as const).map((kind) => ({
            kind,
            title: text,
            url: text,
            embed_url: null,
            captions: [{ language: 'en', label: text, url: text }],
          })),
          {
            kind: 'video',
            title: null,
            url: text,
            embed_url: 'https://player.vimeo.com/video/1',
            captions: [],
          },
        ],
        ...ofLesson,
        completed_at: since,
        progress,
        modules: [{ title: text, lessons: [{ ...lesson, opens_at: null, is_complete: true }] }],
        position: 2,
        total: 3,
        previous: lesson,
        next: lesson,
      },
      {
        product: lesson,
        module: null,
        title: text,
        html: null,
        media: [],
        ...ofLesson,
        completed_at: null,
        progress: null,
        modules: [],
        position: 1,
        total: 1,
        previous: null,
        next: null,
      },
    ],
    certificate: [{ back: '/products/1', course: text, completed_at: since, number: '42' }],
    closed_lesson: [
      { product: lesson, title: text, position: 2, total: 3, opens_at: until },
      { product: lesson, title: text, position: 2, total: 3, opens_at: null },
    ],
    account: [
      {
        notice: 'email_sent',
        name: text,
        email: text,
        pending_email: text,
        link_valid_seconds: 86_400,
        new_email: text,
        has_password: true,
        password,
        errors: [
          { field: 'name', code: 'missing' },
          { field: 'email', code: 'unchanged' },
          { field: 'confirm_password', code: 'wrong' },
          { field: 'current_password', code: 'wrong' },
          { field: 'password', code: 'personal' },
        ],
      },
      {
        notice: null,
        name: '',
        email: text,
        pending_email: null,
        link_valid_seconds: 86_400,
        new_email: '',
        has_password: false,
        password: nothingTyped,
        errors: [],
      },
    ],
    blog: [
      {
        posts: [
          { title: text, path: '/blog/hello', date: since, description: text, picture_url: text },
          { title: text, path: '/blog/again', date: since, description: null, picture_url: null },
        ],
        newer: '/blog?page=1',
        older: '/blog?page=3',
      },
      { posts: [], newer: null, older: null },
    ],
    article: [
      {
        title: text,
        page_title: text,
        description: text,
        date: since,
        picture: { url: text, alt: text },
        html: '<p>Hello.</p>',
        back: '/blog',
      },
      { title: text, page_title: text, description: null, date: null, picture: null, html: '', back: null },
    ],
    podcast: [
      {
        title: text,
        author: text,
        text,
        picture_url: text,
        directories: [{ name: text, url: DIRECTORY }],
      },
      { title: text, author: null, text: null, picture_url: null, directories: [] },
    ],
    message: (
      [
        'email_changed',
        'email_taken',
        'signed_out',
        'signed_out_everywhere',
        'no_access',
        'form_link_ended',
        'form_closed',
        'offer_closed',
        'offer_unavailable',
        'checkout_unavailable',
        'already_subscribed',
        'not_again',
        'payment_pending',
      ] as const
    ).map((about) => ({ about, path: '/' })),
    problem: (
      [
        'not_found',
        'form_expired',
        'too_large',
        'unreadable',
        'too_many',
        'too_many_guesses',
        'too_many_submissions',
        'failed',
        'unavailable',
      ] as const
    ).map((about) => ({
      about,
      path: '/',
      wait_seconds: about.startsWith('too_many') ? 90 : null,
      request_id: about === 'failed' ? text : null,
    })),
  }
}
