/** Values for examples, by the name of the member. A resource may have its own: see Resource.examples. */

/** Members that say what went wrong or has ended: null in an example, where they may be. */
const NULL_NAMES =
  /^(?:error|reason|\w+_reason|failing_since|(?:failed|revoked|disabled|ended|bounced|expires|redeemed|due|next_attempt)_at|address_line_2|removed_\w+)$/

const TEXTS: Record<string, string> = {
  email: 'grace@example.com',
  to_email: 'grace@example.com',
  sender_email: 'hello@example.com',
  reply_to_email: 'hello@example.com',
  name: 'Grace Hopper',
  to_name: 'Grace Hopper',
  from_name: 'Ada Lovelace',
  first_name: 'Grace',
  last_name: 'Hopper',
  initials: 'GH',
  message: 'Enjoy the course!',
  title: 'Watercolor Basics',
  internal_title: 'Watercolor Basics 2026',
  description: 'Eight lessons for beginners.',
  subject: 'Welcome',
  text: 'Hello Grace, welcome!',
  html: '<p>Hello Grace, welcome!</p>',
  body: 'Hello Grace, welcome!',
  currency: 'USD',
  color: '#3366cc',
  price_description: '$49.00',
  payment_type: 'single',
  payment_method: 'none',
  subdomain: 'watercolor',
  custom_domain: 'members.example.com',
  phone_number: '+1 212 555 0100',
  business_number: '123456',
  address_line_1: '1 Main Street',
  address_city: 'New York',
  address_state: 'NY',
  address_country: 'US',
  address_zip: '10001',
  external_user_id: 'user-42',
  event: 'offer_granted',
  trigger: 'offer_granted',
  status: 'active',
  publish_status: 'published',
  source: 'api',
  actor: 'api_key:3',
  granted_by: 'api_key:3',
  net_revenue: '49.00',
  role_level: 'owner',
  version: '1.0.0',
  token: 'wV3cT8kq2Z',
  secret: 'whsec_c2VjcmV0IG9mIGFuIGV4YW1wbGU=',
  request_id: 'f3b1c6de-8f0f-4f3c-9d55-0f6f2f1f7d8e',
  access_token: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl',
  refresh_token: 'c2hvd24gaW4gYW4gZXhhbXBsZQ',
  specification: 'https://jsonapi.org/format/1.1/',
  specficiation: 'https://jsonapi.org/format/1.1/',
}

const NUMBERS: Record<string, number> = {
  price_in_cents: 4900,
  expires_in: 7200,
  depth: 0,
  sign_in_count: 3,
  members_aggregate_count: 12,
  replayed: 3,
}

const FORMATS: Record<string, string> = {
  'date-time': '2026-01-15T09:30:00.000Z',
  uri: 'https://members.example.com/',
  uuid: 'f3b1c6de-8f0f-4f3c-9d55-0f6f2f1f7d8e',
}

/** Whether a member that may be null is null in examples. */
export const isNullSample = (name: string): boolean => NULL_NAMES.test(name)

export const sampleNumber = (name: string, least = 1): number => NUMBERS[name] ?? least

/** A text for a member; what nothing is known about repeats its name. */
export function sampleText(name: string, format?: string): string {
  if (format && FORMATS[format]) return FORMATS[format]
  if (TEXTS[name]) return TEXTS[name]
  if (/(?:^|_)id$/.test(name)) return '42'
  if (/(?:^|_)url$|^(?:self|first|last|next|prev|current|avatar|documentation|public_website)$/.test(name))
    return `https://members.example.com/${name}`
  const words = name.replaceAll('_', ' ').trim() || 'text'
  return words[0]!.toUpperCase() + words.slice(1)
}
