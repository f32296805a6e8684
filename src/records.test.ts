/** Every resource that can be created, changed and archived keeps the same promises. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKeyRecords } from './accounts/api-keys/api-keys.resource.ts'
import { roleRecords } from './accounts/roles/roles.resource.ts'
import { siteRecords } from './accounts/sites/sites.resource.ts'
import { routes } from './api.ts'
import { automationRecords } from './automations/automations.resource.ts'
import { courseRecords } from './catalogue/courses/courses.resource.ts'
import { lessonRecords } from './catalogue/courses/lessons.resource.ts'
import { mediumRecords } from './catalogue/courses/media.resource.ts'
import { moduleRecords } from './catalogue/courses/modules.resource.ts'
import { offerRecords } from './catalogue/offers/offers.resource.ts'
import { blogPostRecords } from './catalogue/pages/blog-posts.resource.ts'
import { landingPageRecords, websitePageRecords } from './catalogue/pages/pages.resource.ts'
import { podcastRecords } from './catalogue/podcasts.resource.ts'
import { productRecords } from './catalogue/products/products.resource.ts'
import { emailTemplateRecords } from './emails/email-templates.resource.ts'
import { formRecords } from './forms/forms.resource.ts'
import { customFieldRecords } from './people/custom-fields/custom-fields.resource.ts'
import { contactNoteRecords } from './people/notes/contact-notes.resource.ts'
import { segmentRecords } from './people/segments/segments.resource.ts'
import { contactTagRecords } from './people/tags/contact-tags.resource.ts'
import { permissionsOf } from './platform/auth/permissions.ts'
import { writableAttributes } from './platform/jsonapi/read-attributes.ts'
import { isNullable } from './platform/jsonapi/resource.ts'
import { REMOVED } from './platform/records/lock-one.ts'
import { isArchivable, type Records, takesIds, takesSite } from './platform/records/records.ts'
import { resources } from './resources.ts'
import { couponRecords } from './sales/coupons/coupons.resource.ts'
import { makeTag } from './testing/automations.ts'
import type { Client } from './testing/client.ts'
import { makeCourseParts } from './testing/content.ts'
import { makeAccount, makeContact, makeKey, unique } from './testing/fixtures.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { expectRefusal } from './testing/refusals.ts'
import { hookRecords } from './webhooks/hooks.resource.ts'

const permissions: string[] = permissionsOf(resources)

const ALL: Records[] = [
  siteRecords,
  offerRecords,
  couponRecords,
  productRecords,
  courseRecords,
  moduleRecords,
  lessonRecords,
  mediumRecords,
  podcastRecords,
  blogPostRecords,
  landingPageRecords,
  websitePageRecords,
  contactTagRecords,
  contactNoteRecords,
  customFieldRecords,
  segmentRecords,
  formRecords,
  hookRecords,
  emailTemplateRecords,
  automationRecords,
  apiKeyRecords,
  roleRecords,
]

interface Shown {
  id: string
  attributes: Record<string, unknown>
}

/** As it is shown later. */
function withoutSecrets(data: { attributes: Record<string, unknown> }) {
  const { secret, client_secret, webhook_secret, ...attributes } = data.attributes
  return { ...data, attributes }
}

/** Of a tag that automations and hooks can name. */
let tagId: string
/** Of an upload. */
let captionsUrl: string
/** Ids of what a new one belongs to, by the name of the relationship. */
let parents: Record<string, string>

/** A value of each attribute that can be set, other than its default. */
const VALUES: Record<string, Record<string, () => unknown>> = {
  sites: {
    title: () => 'Studio',
    subdomain: () => `studio-${unique()}`,
    color: () => '#1f6f5c',
    logo_url: () => 'https://example.com/logo.svg',
    custom_domain: () => `members${unique()}.example.com`,
    sender_name: () => 'The Studio',
    sender_email: () => 'hello@studio.example.com',
    reply_to_email: () => 'answers@studio.example.com',
    language: () => 'es',
    time_zone: () => 'Europe/Madrid',
    send_offer_grant_email: () => true,
    send_access_ending_email: () => true,
    automation_emails_per_hour: () => 50,
    currency: () => 'EUR',
    payment_grace_days: () => 10,
    refund_ends_access: () => false,
    automatic_tax: () => true,
    members_may_cancel: () => false,
  },
  offers: {
    title: () => 'Course',
    description: () => 'Twelve lessons.\nNo time limit.',
    internal_title: () => 'Spring',
    currency: () => 'EUR',
    price_in_cents: () => 9_900,
    payment_type: () => 'multipay',
    interval: () => 'year',
    interval_count: () => 2,
    payments_total: () => 4,
    trial_days: () => 14,
    image_url: () => 'https://example.com/course.jpg',
    is_gift: () => true,
    access_begins_at: () => '2026-03-01T08:00:00.000Z',
    access_days: () => 30,
    access_ending_days: () => 7,
  },
  coupons: {
    code: () => `SPRING-${unique()}`,
    // It is a coupon of an amount; percentages are tested in coupons.test.ts.
    percent_off: () => null,
    amount_off_in_cents: () => 150_000_000_000,
    currency: () => 'EUR',
    duration: () => 'repeating',
    duration_in_months: () => 3,
    starts_at: () => '2026-03-01T08:00:00.000Z',
    ends_at: () => '2026-04-01T08:00:00.000Z',
    max_uses: () => 100,
  },
  products: {
    title: () => 'Course',
    description: () => 'Twelve lessons',
    product_type_name: () => 'Community',
    publish_status: () => 'draft',
    thumbnail_url: () => 'https://example.com/course.jpg',
  },
  forms: {
    title: () => `Form ${unique()}`,
    default: () => true,
    webhook_url: () => 'https://example.com/forms?secret=1',
    description: () => 'Hear from us.\nOnce a month.',
    inputs: () => [
      { handle: 'email', required: true },
      { handle: 'phone_number', required: true },
      { handle: 'name', required: false },
    ],
    subscribes: () => false,
    double_opt_in: () => true,
    send_customer_welcome_email: () => false,
    redirect_url: () => 'https://example.com/thanks?from=form',
    success_message: () => 'Thank you.\nSee you soon.',
    allowed_origins: () => ['https://www.example.com', 'http://localhost:8080'],
  },
  contact_notes: { body: () => 'Likes tea.\nCalls back on Monday.' },
  courses: {
    title: () => 'Course',
    description: () => 'Twelve lessons',
    publish_status: () => 'draft',
    thumbnail_url: () => 'https://example.com/course.jpg',
  },
  modules: {
    title: () => `Module ${unique()}`,
    description: () => 'About colours',
    position: () => 1,
    poster_image_url: () => 'https://example.com/module.jpg',
    publishing_option: () => 'draft',
  },
  lessons: {
    title: () => 'Blue',
    position: () => 1,
    publishing_option: () => 'locked',
    body: () => 'Mix it.\n\nThen wait.',
    drip_days: () => 7,
  },
  media: {
    duration_in_minutes: () => 1.5,
    kind: () => 'video',
    title: () => 'Mixing blue',
    url: () => 'https://example.com/blue',
    captions: () => [{ language: 'de', label: 'Deutsch', url: captionsUrl }],
    position: () => 1,
  },
  podcasts: {
    title: () => 'Studio talk',
    description: () => 'Every week.',
    language: () => 'es',
    owner_email: () => 'owner@example.com',
    owner_name: () => 'Olivia Owner',
    author: () => 'Olivia',
    status: () => 'importing',
    show_type: () => 'serial',
    thumbnail_url: () => 'https://example.com/small.jpg',
    cover_art_url: () => 'https://example.com/cover.jpg',
    categories: () => ['Arts', 'Education'],
    directories: () => [{ id: 'spotify', url: 'https://example.com/show', config: {} }],
    migrated_to_url: () => 'https://example.com/feed.xml',
    public: () => false,
  },
  blog_posts: {
    title: () => 'Hello',
    content: () => '<p>Hello.</p>',
    slug: () => `hello-${unique()}`,
    page_title: () => 'Hello, world',
    page_description: () => 'The first post',
    published_at: () => '2026-03-01T08:00:00.000Z',
    image_url: () => 'https://example.com/hello.jpg',
    image_alt_text: () => 'A hand',
    tags: () => ['News', 'Colour'],
  },
  landing_pages: {
    title: () => 'Spring',
    content: () => '<h2>Spring</h2>',
    slug: () => `spring-${unique()}`,
    page_title: () => 'The spring course',
    page_description: () => 'Begins in March',
    publish_at: () => '2026-03-01T08:00:00.000Z',
  },
  website_pages: {
    title: () => 'About',
    content: () => '<p>About us.</p>',
    slug: () => `about-${unique()}`,
    page_title: () => 'About us',
    page_description: () => 'Who we are',
    publish_at: () => '2026-03-01T08:00:00.000Z',
  },
  contact_tags: { name: () => `Tag ${unique()}` },
  custom_fields: {
    title: () => 'Favorite colour',
    handle: () => `custom_${1_000 + unique()}`,
    type: () => 'SelectBoxField',
    required: () => true,
    select_options: () => `Red\nBlue ${unique()}`,
  },
  segments: {
    name: () => `Segment ${unique()}`,
    filter: () => ({
      name_contains: 'Ada',
      where: {
        any: [
          { filter: 'has_tag_id', value: tagId },
          { filter: 'subscribed', value: 'true' },
        ],
      },
    }),
    sort: () => '-created_at,name',
    columns: () => ['name', 'email', 'tags'],
  },
  hooks: {
    event: () => 'tag_added',
    target_url: () => 'https://example.com/hooks?secret=1',
    resource_id: () => Number(tagId),
    enabled: () => false,
  },
  email_templates: {
    kind: () => 'automation',
    name: () => 'News',
    subject: () => 'News for {{ recipient.name }}',
    preheader: () => '',
    heading: () => 'News',
    body: () => '<p>Hello.</p>',
    button: () => 'Read',
    text: () => 'Hello.',
    footer: () => 'You are a member.',
  },
  api_keys: {
    name: () => `Shop ${unique()}`,
    permissions: () => ['view:contacts', 'manage:contacts'],
  },
  roles: { name: () => `Role ${unique()}`, permissions: () => ['view:contacts', 'manage:contacts'] },
  automations: {
    name: () => 'Welcome',
    enabled: () => false,
    trigger: () => ({ event: 'tag_added', resource_id: tagId }),
    conditions: () => ({ all: [{ filter: 'subscribed', value: 'true' }] }),
    actions: () => [{ action: 'remove_tag', tag_id: tagId }],
  },
}

/** What a new one takes besides what is always required, to be changed in this attribute. */
const neededFor = (type: string, name: string): string[] => {
  if (name === 'payment_type') return ['price_in_cents']
  if (type === 'offers' && /^(interval|payments_total|trial)/.test(name))
    return ['price_in_cents', 'payment_type']
  if (type === 'coupons' && name.startsWith('duration'))
    return ['amount_off_in_cents', 'currency', 'duration', 'duration_in_months']
  if (type === 'coupons') return ['amount_off_in_cents', 'currency']
  if (name === 'select_options') return ['type', 'select_options']
  if (name === 'captions') return ['kind']
  return type === 'email_templates' ? ['name', 'subject', 'body'] : []
}

/** Can be null in others of their type. */
const NEVER_NULL: Record<string, string[]> = {
  email_templates: ['name', 'subject', 'body'],
  // Of a field of a choice.
  custom_fields: ['select_options'],
  // Of a subscription.
  offers: ['interval'],
  // Of a repeating one of an amount.
  coupons: ['amount_off_in_cents', 'currency', 'duration_in_months'],
}

/** Those of what exists at all is about another thing than what has ended. */
const KEPT = ['courses']

/** The linkage of a new one to what it belongs to. */
function parentOf({ parent, resource }: Records): object {
  if (!parent) return {}
  const { type } = resource.relationships[parent.relationship]!
  return { [parent.relationship]: { data: { type, id: parents[parent.relationship] } } }
}

let h: Harness
let stranger: Client
let limited: Client
beforeAll(async () => {
  h = await startHarness()
  const { courseId, moduleId, lessonId } = await makeCourseParts(h.client)
  const contact = await makeContact(h.app, h.account.siteId)
  parents = { contact, course: courseId, module: moduleId, lesson: lessonId }
  tagId = await makeTag(h.app, h.account.siteId)
  const file = new FormData()
  file.append('file', new Blob(['WEBVTT\n\n00:00.000 --> 00:01.000\nBlau\n']), 'blue.vtt')
  captionsUrl = (await h.client.post('/v1/uploads', file)).body.data.attributes.url
  stranger = h.clientWith((await makeAccount(h.app)).token)
  const reading = permissions.filter((permission) => permission.startsWith('view:'))
  limited = h.clientWith((await makeKey(h.app, h.account, reading)).token)
})
afterAll(() => h.close())

test('every resource that can be created with POST is tested here', () => {
  const created = routes.filter(({ method, url }) => method === 'POST' && /^\/v1\/\w+$/.test(url))
  // These have rules of their own.
  expect(created.map(({ url }) => url).sort()).toEqual(
    [
      '/v1/contacts',
      '/v1/imports',
      '/v1/invitations',
      '/v1/orders',
      '/v1/passkeys',
      '/v1/password_resets',
      '/v1/provider_accounts',
      '/v1/sessions',
      '/v1/setup',
      '/v1/uploads',
      ...ALL.map(({ resource }) => `/v1/${resource.type}`),
    ].sort(),
  )
})

describe.each(ALL.map((records) => [records.resource.type, records] as const))('%s', (type, records) => {
  const { resource, table } = records
  const path = `/v1/${type}`
  const valuesOf = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, VALUES[type]![name]!()]))
  const namesOf = (isNew: boolean) => writableAttributes(resource, isNew).map(([name]) => name)
  const everything = () => valuesOf(namesOf(true))
  const document = (attributes: object, more: object = {}) => ({ data: { type, attributes, ...more } })
  /** With the site named: the tests of sites create further ones. */
  const post = (attributes: object, more: object = {}, client = h.client) => {
    const site = { data: { type: 'sites', id: h.account.siteId } }
    const relationships = takesSite(records) ? { site } : parentOf(records)
    return client.post(path, document(attributes, { relationships, ...more }))
  }
  const create = async (): Promise<string> => (await post(everything())).body.data.id
  const patch = (id: string, attributes: object) => h.client.patch(`${path}/${id}`, document(attributes))

  test('every writable attribute is set by POST and returned equally by POST, GET and the list', async () => {
    const attributes = everything()
    const { status, body, headers } = await post(attributes)
    expect([status, headers.get('warning')]).toEqual([201, null])
    expect(body.data.attributes).toMatchObject(attributes)
    expect(headers.get('location')).toBe(`${h.url}${path}/${body.data.id}`)
    const shown = (await h.client.get(`${path}/${body.data.id}`)).body.data
    expect(shown).toEqual(withoutSecrets(body.data))
    const listed = (await h.client.get(`${path}?filter[id_eq]=${body.data.id}`)).body.data
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([body.data.id])
  })

  test('every writable attribute can be changed by PATCH on its own, and the current value changes nothing', async () => {
    for (const name of namesOf(false)) {
      const required = writableAttributes(resource, true).filter(([, { write }]) => write.required)
      const needed = [...required.map(([always]) => always), ...neededFor(type, name)]
      const before = (await post(valuesOf(needed))).body.data
      const value = VALUES[type]![name]!()
      const { status, body } = await patch(before.id, { [name]: value })
      expect([status, body.data.attributes[name]]).toEqual([200, value])
      const stored = () =>
        h.app.db.selectFrom(table).select('updated_at').where('id', '=', before.id).execute()
      const times = await stored()
      expect((await patch(before.id, { [name]: value })).body.data).toEqual(withoutSecrets(body.data))
      expect(await stored()).toEqual(times)
    }
  })

  test('null removes optional attributes, and is 422 for required ones', async () => {
    const id = await create()
    for (const [name, { schema }] of writableAttributes(resource, false)) {
      if (isNullable(schema) && !NEVER_NULL[type]?.includes(name))
        expect((await patch(id, { [name]: null })).body.data.attributes[name]).toBeNull()
      else {
        const source = { pointer: `/data/attributes/${name}` }
        const { body } = await expectRefusal(h.app, () => patch(id, { [name]: null }), 422, source)
        expect(body.errors[0].code).toBe('blank')
      }
    }
  })

  test.each(Object.keys(VALUES[type]!))(
    'a value of the wrong form is 422 at the attribute, in POST and PATCH: %s',
    async (name) => {
      const id = await create()
      // Of a list or an object, it is a part that is wrong.
      const source = { pointer: expect.stringMatching(new RegExp(`^/data/attributes/${name}(/0)?$`)) }
      const { schema } = resource.attributes[name]!.write!
      const { maxLength = 30_000, type: form } = schema as { maxLength?: number; type?: string }
      const long = 'x'.repeat(maxLength + 1)
      // An empty list is a list, and an empty object may be one of them.
      const list = form === 'array' ? 'x' : []
      const object = form === 'object' ? 'x' : {}
      for (const value of [object, list, [long], name === 'title' || name === 'name' ? 7 : long]) {
        const requests = [
          ...(namesOf(false).includes(name) ? [() => patch(id, { [name]: value })] : []),
          ...(namesOf(true).includes(name) ? [() => post({ ...everything(), [name]: value })] : []),
        ]
        for (const request of requests) await expectRefusal(h.app, request, 422, source)
      }
    },
  )

  test('a missing required attribute is 422; one that cannot be set is reported in a warning', async () => {
    await expectRefusal(h.app, () => post({}), 422, { pointer: '/data/attributes' })
    const shaded = () => post({ ...everything(), shade: 'blue' })
    if (resource.refusesUnknown)
      await expectRefusal(h.app, shaded, 422, { pointer: '/data/attributes/shade' })
    else {
      const { status, headers } = await shaded()
      expect([status, headers.get('warning')]).toEqual([201, expect.stringContaining('shade')])
    }
  })

  test('sparse fields apply to the responses to POST and PATCH', async () => {
    const [name] = namesOf(false)
    const id = await create()
    const query = `?fields[${type}]=${name}`
    const value = VALUES[type]![name!]!()
    const { body } = await h.client.patch(`${path}/${id}${query}`, document({ [name!]: value }))
    expect(body.data.attributes).toEqual({ [name!]: value })
  })

  test('archived and deleted resources are not listed, changed or ended again', async () => {
    const id = await create()
    const { status, body } = await h.client.delete(`${path}/${id}`)
    expect([status, body]).toEqual(type === 'hooks' ? [204, ''] : [200, { data: {} }])
    expect((await h.client.get(`${path}?filter[id_eq]=${id}`)).body.data).toEqual([])
    expect((await h.client.get(`${path}/${id}`)).status).toBe(
      (resource.where && !KEPT.includes(type)) || type === 'sites' || records.ending === REMOVED ? 404 : 200,
    )
    await expectRefusal(h.app, () => patch(id, {}), 404)
    await expectRefusal(h.app, () => h.client.delete(`${path}/${id}`), 404)
  })

  const withoutTime = ({ attributes: { updated_at, ...attributes }, ...data }: Shown) => ({
    ...data,
    attributes,
  })

  test('the resource says that it is archivable where its records are', () => {
    // An archived site is not shown at all.
    expect(resource.isArchivable ?? false).toBe(isArchivable(records) && type !== 'sites')
  })

  test.runIf(isArchivable(records))(
    'what is archived can be listed, and is restored as it was, also with changes; it is then used as before',
    async () => {
      const id = await create()
      const before = (await h.client.get(`${path}/${id}`)).body.data
      const listed = async (query = '') =>
        (await h.client.get(`${path}?filter[id_eq]=${id}${query}`)).body.data.map((each: Shown) => each.id)
      await h.client.delete(`${path}/${id}`)
      if (type !== 'sites') {
        expect((await h.client.get(`${path}/${id}`)).body.data.attributes.archived).toBe(true)
        expect(await listed('&filter[archived_eq]=true')).toEqual([id])
        expect(await listed('&filter[archived_eq]=false')).toEqual([])
      }
      await expectRefusal(h.app, () => stranger.patch(`${path}/${id}`, document({ archived: false })), 404)
      await expectRefusal(h.app, () => limited.patch(`${path}/${id}`, document({ archived: false })), 403)
      const { status, body, headers } = await patch(id, { archived: false })
      expect([status, headers.get('warning')]).toEqual([200, null])
      expect(withoutTime(body.data)).toEqual(withoutTime(before))
      expect((await h.client.get(`${path}/${id}`)).body.data).toEqual(body.data)
      expect(await listed()).toEqual([id])
      if (type !== 'sites') expect(await listed('&filter[archived_eq]=true')).toEqual([])
      expect((await patch(id, { archived: false })).body.data).toEqual(body.data)
      await expectRefusal(h.app, () => patch(id, { archived: true }), 422, {
        pointer: '/data/attributes/archived',
      })
      expect((await h.client.delete(`${path}/${id}`)).status).toBe(200)
      const [name] = namesOf(false)
      const value = VALUES[type]![name!]!()
      expect((await patch(id, { archived: false, [name!]: value })).body.data.attributes[name!]).toEqual(
        value,
      )
    },
  )

  // What a site, a custom field and a coupon have stays taken while they are archived.
  const freed = isArchivable(records) && type !== 'sites' ? Object.values(records.unique ?? {}) : []
  test.each(freed.filter((name) => !['default', 'handle', 'code'].includes(name)))(
    'what was archived is not restored while its %s is taken: 422, unless it gets another one',
    async (name) => {
      const values = everything()
      const { id } = (await post(values)).body.data
      await h.client.delete(`${path}/${id}`)
      const other = (await post(values)).body.data
      const source = { pointer: '/data/attributes/archived' }
      const { body } = await expectRefusal(h.app, () => patch(id, { archived: false }), 422, source)
      expect(body.errors[0]).toMatchObject({ code: 'taken', detail: expect.stringContaining('now has this') })
      const named = { pointer: `/data/attributes/${name}` }
      const third = (await post(everything())).body.data.attributes[name]
      const same = { archived: false, [name]: third }
      await expectRefusal(h.app, () => patch(id, same), 422, named)
      const free = { archived: false, [name]: VALUES[type]![name]!() }
      expect((await patch(id, free)).body.data.attributes[name]).toBe(free[name])
      expect((await h.client.get(`${path}/${other.id}`)).body.data.attributes[name]).toBe(values[name])
    },
  )

  test('a resource of another account is 404, and a request without the permission 403', async () => {
    const id = await create()
    await expectRefusal(h.app, () => stranger.get(`${path}/${id}`), 404)
    await expectRefusal(h.app, () => stranger.patch(`${path}/${id}`, document({})), 404)
    await expectRefusal(h.app, () => stranger.delete(`${path}/${id}`), 404)
    await expectRefusal(h.app, () => post(everything(), {}, limited), 403)
    await expectRefusal(h.app, () => limited.patch(`${path}/${id}`, document({})), 403)
    await expectRefusal(h.app, () => limited.delete(`${path}/${id}`), 403)
  })

  test.runIf(takesIds(records))(
    'an id can be chosen once, and the server does not assign it again',
    async () => {
      const last = Number(await create())
      const chosen = String(last + 2)
      expect((await post(everything(), { id: chosen })).body.data.id).toBe(chosen)
      const source = { pointer: '/data/id' }
      await expectRefusal(h.app, () => post(everything(), { id: chosen }), 409, source)
      await expectRefusal(h.app, () => post(everything(), { id: String(last) }), 409, source)
      const next = await Promise.all([create(), create(), create()])
      for (const id of next) expect(Number(id)).toBeGreaterThan(last + 2)
      // Courses and products have the same ids.
      const far = String(2_147_540_333 + 1_000 * unique())
      expect((await post(everything(), { id: far })).body.data.id).toBe(far)
      expect(Number(await create())).toBeGreaterThan(Number(far))
      for (const id of ['abc', '0', '-1', '01', '1000000000000'])
        await expectRefusal(h.app, () => post(everything(), { id }), 422, source)
    },
  )

  test('choosing an id needs the permission manage:ids: 403 without it', async () => {
    const may = permissions.filter((permission) => permission !== 'manage:ids')
    const client = h.clientWith((await makeKey(h.app, h.account, may)).token)
    await expectRefusal(h.app, () => post(everything(), { id: '77' }, client), 403, { pointer: '/data/id' })
    expect((await post(everything(), { id: null }, client)).status).toBe(201)
  })
})
