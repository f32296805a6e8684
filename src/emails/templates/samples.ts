import type { EmailData } from './data.ts'
import type { EmailKind } from './index.ts'

/** Data for a preview, in which every value is given. */
export const fullSample: EmailData = {
  language: 'en',
  site: {
    title: 'Quiet Kitchen',
    url: 'https://quietkitchen.example',
    color: '#0f766e',
    logo_url: null,
    time_zone: 'UTC',
  },
  recipient: { name: 'Robin Baker', first_name: 'Robin', email: 'robin@example.com' },
  offers: [
    {
      title: 'Bread from the beginning',
      description: 'Eight lessons, from the first starter to a loaf that you are proud of.',
      access_until: '2027-12-31',
      products: [{ title: 'Sourdough in eight lessons' }, { title: 'The recipe book' }],
    },
    {
      title: 'Sunday circle',
      description: null,
      access_until: null,
      products: [{ title: 'Live baking on Sundays' }],
    },
  ],
  gift: { from_name: 'Ada Miller', message: 'Happy birthday!\nMay your kitchen always smell of bread.' },
  course: {
    title: 'Sourdough in eight lessons',
    url: 'https://quietkitchen.example/products/1',
    percent: 25,
  },
  lesson: { title: 'Feeding the starter', url: 'https://quietkitchen.example/products/1/lessons/2' },
  link: { url: 'https://quietkitchen.example/enter/4f9c2a7e1b', expires_in_days: 7 },
}

/** Data for a preview, in which everything that can be missing is. */
export const sparseSample: EmailData = {
  language: 'en',
  site: {
    title: 'Quiet Kitchen',
    url: 'https://quietkitchen.example',
    color: null,
    logo_url: null,
    time_zone: 'UTC',
  },
  recipient: { name: '', first_name: '', email: 'robin@example.com' },
  offers: [{ title: 'Sunday circle', description: null, access_until: null, products: [] }],
  gift: null,
  course: null,
  lesson: null,
  link: { url: 'https://quietkitchen.example/enter/4f9c2a7e1b', expires_in_days: null },
}

/**
 * What a template of a kind is tried with: all that it must do with.
 *
 * @param custom a value for each custom field of the site, by its handle
 */
export function samplesOf(kind: EmailKind, custom: Record<string, string> = {}): EmailData[] {
  const filled = { ...fullSample, recipient: { ...fullSample.recipient, ...custom } }
  const full = {
    ...filled,
    ...(kind !== 'gift' && { gift: null }),
    ...(kind !== 'automation' && { course: null, lesson: null }),
  }
  const without = Object.fromEntries(Object.keys(custom).map((handle) => [handle, null]))
  const sparse = { ...sparseSample, recipient: { ...sparseSample.recipient, ...without } }
  const isAboutGrants = [
    'welcome',
    'gift',
    'offer_grant',
    'access_ending',
    'payment_failed',
    'trial_ending',
  ].includes(kind)
  return isAboutGrants ? [full, sparse] : [full, sparse, { ...sparse, offers: [] }]
}
