/** Podcasts, blog posts, landing pages and website pages: what is not the same for all resources. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../testing/client.ts'
import { makeContent } from '../../testing/content.ts'
import { makeAccount } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
let client: Client
beforeAll(async () => {
  h = await startHarness()
  client = h.clientWith((await makeAccount(h.app)).token)
  await makeContent(client, 'blog_posts', {
    title: 'Announcing a course',
    content: '<p>Hello</p>',
    published_at: '2024-05-01T08:00:00Z',
    tags: ['News', 'Courses'],
  })
  await makeContent(client, 'blog_posts', { title: 'Brushes', tags: ['Tools'], image_alt_text: 'A brush' })
  await makeContent(client, 'landing_pages', { title: 'Course Landing', publish_at: '2024-05-01T08:00:00Z' })
  await makeContent(client, 'landing_pages', { title: 'Autumn' })
  await makeContent(client, 'landing_pages', { title: 'Winter', publish_at: '2099-01-01T00:00:00Z' })
  await makeContent(client, 'podcasts', { title: 'Technology weekly', show_type: 'serial' })
  await makeContent(client, 'podcasts', { title: 'Studio', status: 'importing' })
  await makeContent(client, 'website_pages', { title: 'About' })
  await makeContent(client, 'website_pages', { title: 'Contact' })
})
afterAll(() => h.close())

const [POST, BRUSHES, LANDING, AUTUMN, WINTER] = [
  'Announcing a course',
  'Brushes',
  'Course Landing',
  'Autumn',
  'Winter',
]

test.each([
  ['blog_posts?filter[title_start]=announcing', [POST]],
  ['blog_posts?filter[title_end]=COURSE', [POST]],
  ['blog_posts?filter[title_cont]=cour', [POST]],
  ['blog_posts?filter[title_not_cont]=cour', [BRUSHES]],
  ['blog_posts?filter[title_eq]=Brushes', [BRUSHES]],
  ['blog_posts?filter[title_not_eq]=Brushes', [POST]],
  ['blog_posts?filter[content_cont]=hello', [POST]],
  ['blog_posts?filter[slug_eq]=announcing-a-course', [POST]],
  ['blog_posts?filter[published_at_eq]=2024-05-01T08:00:00Z', [POST]],
  ['blog_posts?filter[published_at_not_eq]=2024-05-01T08:00:00Z', [BRUSHES]],
  ['blog_posts?filter[published_at_start]=2024-05', [POST]],
  ['blog_posts?filter[published_at_not_cont]=2024', [BRUSHES]],
  ['blog_posts?filter[tags_eq]=News', [POST]],
  ['blog_posts?filter[tags_not_eq]=News', [BRUSHES]],
  ['blog_posts?filter[tags_cont]=oo', [BRUSHES]],
  ['blog_posts?filter[tags_not_cont]=oo', [POST]],
  ['blog_posts?filter[image_alt_text_cont]=brush', [BRUSHES]],
  ['blog_posts?sort=-published_at', [BRUSHES, POST]],
  ['blog_posts?sort=title', [POST, BRUSHES]],
  ['landing_pages?filter[title_start]=Course', [LANDING]],
  ['landing_pages?filter[title_gt]=Course Landing', [WINTER]],
  ['landing_pages?filter[title_lte]=Course Landing&sort=title', [AUTUMN, LANDING]],
  ['landing_pages?filter[publish_at_gte]=2024-05-01T08:00:00Z&sort=title', [LANDING, WINTER]],
  ['landing_pages?filter[publish_at_gt]=2024-05-01T08:00:00Z', [WINTER]],
  ['landing_pages?filter[publish_at_lt]=2024-05-01T08:00:00Z', []],
  ['landing_pages?filter[publish_at_lte]=2024-05-01T08:00:00Z', [LANDING]],
  ['landing_pages?filter[published]=true', [LANDING]],
  ['landing_pages?filter[published]=false&sort=title', [AUTUMN, WINTER]],
  ['landing_pages?sort=publish_at', [LANDING, WINTER, AUTUMN]],
  ['website_pages?sort=created_at', ['About', 'Contact']],
  ['website_pages?sort=-created_at', ['Contact', 'About']],
  ['podcasts?filter[title_eq]=Studio', ['Studio']],
  ['podcasts?filter[title_cont]=technology', ['Technology weekly']],
  ['podcasts?filter[status_eq]=ready', ['Technology weekly']],
  ['podcasts?filter[show_type_eq]=episodic', ['Studio']],
  ['podcasts?sort=-title', ['Technology weekly', 'Studio']],
])('%s', async (path, expected) => {
  const { status, body, headers } = await client.get(`/v1/${path}`)
  expect([status, headers.get('warning')]).toEqual([200, null])
  expect(body.data.map((one: { attributes: { title: string } }) => one.attributes.title)).toEqual(expected)
})

test('the filters that Kajabi documents stay with EXTENSIONS=off, others are unknown', async () => {
  const off = await startHarness({ settings: { EXTENSIONS: 'off' } })
  const get = (path: string) => off.client.get(`/v1/${path}`)
  for (const path of [
    'blog_posts?filter[tags_not_cont]=x',
    'landing_pages?filter[publish_at_gte]=2024-01-01',
  ]) {
    const { status, headers } = await get(path)
    expect([status, headers.get('warning')]).toEqual([200, null])
  }
  const { headers } = await get('blog_posts?filter[id_gt]=1')
  expect(headers.get('warning')).toContain('id_gt')
  await off.close()
})

describe('slugs', () => {
  test('follow from the title, and a taken one gets a number, also of ten posts created at the same moment', async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => makeContent(client, 'blog_posts', { title: 'Über Größe!' })),
    )
    const slugs = await Promise.all(
      ids.map(async (id) => (await client.get(`/v1/blog_posts/${id}`)).body.data.attributes.slug),
    )
    expect(slugs.sort()).toEqual(
      ['uber-grosse', ...Array.from({ length: 9 }, (_, index) => `uber-grosse-${index + 2}`)].sort(),
    )
  })

  test('that are given are refused when they are taken, and free again when the page is archived', async () => {
    const id = await makeContent(client, 'website_pages', { slug: 'team' })
    const document = { data: { type: 'website_pages', attributes: { title: 'Team', slug: 'team' } } }
    const create = () => client.post('/v1/website_pages', document)
    const { body } = await expectRefusal(h.app, create, 422, { pointer: '/data/attributes/slug' })
    expect(body.errors[0].code).toBe('taken')
    await client.delete(`/v1/website_pages/${id}`)
    expect((await create()).status).toBe(201)
    expect(
      (await client.post('/v1/landing_pages', { data: { ...document.data, type: 'landing_pages' } })).status,
    ).toBe(201)
  })
})

test('a post belongs to the blog of its site, which can be fetched', async () => {
  const id = await makeContent(client, 'blog_posts')
  const { body } = await client.get(`/v1/blog_posts/${id}?include=blog`)
  const [blog] = body.included
  expect(body.data.relationships.blog.data).toEqual({ type: 'blogs', id: blog.id })
  expect((await client.get(`/v1/blogs/${blog.id}`)).body.data).toEqual(blog)
  expect(body.data.attributes.url).toBe(`${blog.attributes.url}/${body.data.attributes.slug}`)
})

test('content with too many tags is refused: sanitizing it would take too long', async () => {
  const content = '<b>'.repeat(10_001)
  const document = { data: { type: 'blog_posts', attributes: { title: 'Bold', content } } }
  await expectRefusal(h.app, () => client.post('/v1/blog_posts', document), 422, {
    pointer: '/data/attributes/content',
  })
})

test('the owner of a podcast has an e-mail address, or none', async () => {
  const write = (owner_email: unknown) =>
    client.post('/v1/podcasts', { data: { type: 'podcasts', attributes: { title: 'Radio', owner_email } } })
  for (const given of ['no', 'a@b@c', 7])
    await expectRefusal(h.app, () => write(given), 422, { pointer: '/data/attributes/owner_email' })
  expect((await write('Olivia@Example.com ')).body.data.attributes.owner_email).toBe('olivia@example.com')
  expect((await write('')).body.data.attributes.owner_email).toBe('')
})

test('a podcast is ready for directories when it has what they ask for', async () => {
  const id = await makeContent(client, 'podcasts', {
    description: 'Every week',
    owner_email: 'o@example.com',
  })
  const show = async () => (await client.get(`/v1/podcasts/${id}`)).body.data.attributes
  expect(await show()).toMatchObject({
    ready: true,
    migrated: false,
    public: true,
    distribution_ready: false,
  })
  const attributes = {
    cover_art_url: 'https://example.com/cover.jpg',
    migrated_to_url: 'https://example.com/feed',
  }
  await client.patch(`/v1/podcasts/${id}`, { data: { type: 'podcasts', id, attributes } })
  expect(await show()).toMatchObject({ migrated: true, distribution_ready: true })
})

test.each([
  [{ id: 'spotify', url: 'http://example.com' }],
  [{ id: 'spotify' }],
  [{ url: 'https://example.com' }],
  ['https://example.com'],
])('the directory %j is refused', async (directory) => {
  const document = { data: { type: 'podcasts', attributes: { title: 'Talk', directories: [directory] } } }
  await expectRefusal(h.app, () => client.post('/v1/podcasts', document), 422, {
    pointer: '/data/attributes/directories',
  })
})
