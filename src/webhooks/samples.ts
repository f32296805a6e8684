/** What the bodies of webhooks look like, in made-up resources: for who writes a receiver, and for test events. */
import { describeEvent, type HookEvent } from './hook-events.ts'

const AT = '2026-01-15T09:30:00.000Z'
const SITE = { data: { id: '1', type: 'sites' } }

const one = (type: string) => ({ data: { id: '0', type } })
const none = { data: [] }

const PERSON = { name: 'Robin Reader', email: 'robin@example.com' }

const MONEY = { currency_code: 'USD', currency_symbol: '$', sales_tax_amount_in_cents: 0 }
const PRICE = {
  ...MONEY,
  total_price_in_cents: 4900,
  subtotal_in_cents: 4900,
  discount_amount_in_cents: 0,
  formatted_total_price: '$49.00',
  formatted_subtotal: '$49.00',
}

const ADDRESS = {
  address_line_1: '1 Harbour Street',
  address_line_2: null,
  address_city: 'Portsea',
  address_country: 'US',
  address_state: 'ME',
  address_zip: '04101',
  phone_number: '+1 207 555 0100',
  business_number: null,
}

interface Sample {
  attributes: object
  relationships: object
  links?: object
}

/** By type, without the id and the type. */
const samplesAt = (baseUrl: string): Record<string, Sample> => ({
  contacts: {
    attributes: {
      ...PERSON,
      ...ADDRESS,
      subscribed: true,
      external_user_id: null,
      created_at: AT,
      updated_at: AT,
    },
    links: { customer: '' },
    relationships: { site: SITE },
  },
  contact_tags: { attributes: { name: 'Newcomer' }, relationships: { site: SITE } },
  customers: {
    attributes: {
      ...PERSON,
      avatar: null,
      external_user_id: null,
      public_bio: null,
      public_location: null,
      public_website: null,
      socials: null,
      net_revenue: '0.0',
      sign_in_count: 0,
      last_request_at: null,
      bounced_at: null,
      created_at: AT,
      updated_at: AT,
    },
    links: { contact: `${baseUrl}/v1/contacts/0` },
    relationships: {
      site: SITE,
      contact: one('contacts'),
      offers: { ...none, links: { self: `${baseUrl}/v1/customers/0/relationships/offers` } },
      products: none,
    },
  },
  offers: {
    attributes: {
      title: 'Spring course',
      description: null,
      internal_title: null,
      currency: 'USD',
      price_in_cents: 4900,
      payment_type: 'single',
      token: 'spring-course',
      image_url: null,
      payment_method: '',
      price_description: '$49.00 USD',
      checkout_url: 'https://members.example.com/offers/spring-course',
      recurring_offer: false,
      subscription: false,
      one_time: true,
      single: true,
      free: false,
    },
    relationships: { site: SITE, products: none, forms: none },
  },
  grants: {
    attributes: {
      granted_at: AT,
      starts_at: AT,
      expires_at: null,
      revoked_at: null,
      revoke_reason: null,
      source: 'api',
      redeemed_at: null,
    },
    relationships: { site: SITE, offer: one('offers'), customer: one('customers') },
  },
  purchases: {
    attributes: {
      amount_in_cents: 4900,
      payment_type: 'single',
      multipay_payments_made: null,
      opt_in: false,
      raw_extra_contact_information: {},
      currency: 'USD',
      effective_start_at: null,
      cardholder_name: null,
      billing_address_zip: null,
      deactivated_at: null,
      deactivation_reason: null,
      coupon_code: null,
      source: null,
      referrer: null,
      quantity: 1,
      created_at: AT,
      updated_at: AT,
    },
    relationships: { customer: one('customers'), offer: one('offers'), products: none },
  },
  transactions: {
    attributes: {
      action: 'charge',
      state: 'succeeded',
      payment_type: 'charge',
      amount_in_cents: 4900,
      sales_tax_in_cents: 0,
      currency: 'USD',
      currency_symbol: '$',
      formatted_amount: '$49.00',
      created_at: AT,
    },
    relationships: { customer: one('customers'), offer: one('offers') },
  },
  orders: {
    attributes: { order_number: 1, fulfilled_at: null, created_at: AT, ...PRICE },
    relationships: {
      site: SITE,
      customer: one('customers'),
      order_items: { data: [{ id: '0', type: 'order_items' }] },
      payment_transactions: none,
    },
  },
  order_items: {
    attributes: {
      quantity: 1,
      item_type: 'Offer',
      item_id: 0,
      title: 'Spring course',
      fulfilled_at: null,
      created_at: AT,
      ...PRICE,
    },
    relationships: { order: one('orders') },
  },
  courses: {
    attributes: {
      created_at: AT,
      title: 'Watercolour basics',
      description: null,
      thumbnail_url: null,
    },
    relationships: {
      site: SITE,
      offers: none,
      modules: none,
      lessons: { data: [{ id: '0', type: 'lessons' }] },
    },
  },
  lessons: {
    attributes: {
      title: 'The first wash',
      position: 1,
      status: 'ready',
      publishing_option: 'published',
      created_at: AT,
      updated_at: AT,
    },
    relationships: { module: one('modules'), media: none },
  },
  course_progress: {
    attributes: {
      percent: 100,
      completed_lessons_count: 1,
      lessons_count: 1,
      last_visited_at: AT,
      completed_at: AT,
      created_at: AT,
      updated_at: AT,
    },
    relationships: {
      site: SITE,
      customer: one('customers'),
      contact: one('contacts'),
      course: one('courses'),
      last_lesson: one('lessons'),
      completed_lessons: { data: [{ id: '0', type: 'lessons' }] },
    },
  },
  form_submissions: {
    attributes: { ...PERSON, ...ADDRESS, mobile_phone_number: null },
    relationships: { site: SITE, form: one('forms') },
  },
  forms: {
    attributes: {
      url: 'https://members.example.com/forms/0',
      title: 'Write to us',
      default: false,
      webhook_url: null,
      created_at: AT,
      updated_at: AT,
    },
    relationships: { site: SITE, fields: none, contact_tags: none },
  },
})

/** The payload of an event, with made-up resources of the id 0. @param baseUrl where links lead */
export function samplePayload(event: HookEvent, baseUrl: string) {
  const samples = samplesAt(baseUrl)
  return describeEvent(event).shows.map((type) => ({ id: '0', type, ...samples[type]! }))
}
