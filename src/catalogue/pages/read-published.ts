/** What visitors of a site see: posts and pages from the time at which they are published, and public podcasts. */
import { sql } from 'kysely'
import type { App } from '../../platform/app.ts'

export interface PublishedPage {
  title: string
  page_title: string
  page_description: string
  /** HTML of the owner: to be sanitized. */
  content: string
  published_at: Date
}

export interface PublishedPost extends PublishedPage {
  slug: string
  image_url: string | null
  image_alt_text: string | null
  tags: string[]
}

const POSTS_PER_PAGE = 20

/** A page of the posts of a blog, the newest first. @param number from 1 */
export async function readPosts(
  { db, clock }: App,
  siteId: string,
  number: number,
): Promise<{ posts: PublishedPost[]; hasMore: boolean }> {
  const posts = await db
    .selectFrom('blog_posts')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('archived_at', 'is', null)
    .where('published_at', '<=', clock.now())
    .orderBy('published_at', 'desc')
    .orderBy('id', 'desc')
    .offset((number - 1) * POSTS_PER_PAGE)
    .limit(POSTS_PER_PAGE + 1)
    .execute()
  return { posts: posts.slice(0, POSTS_PER_PAGE) as PublishedPost[], hasMore: posts.length > POSTS_PER_PAGE }
}

export async function readPost(
  { db, clock }: App,
  siteId: string,
  slug: string,
): Promise<PublishedPost | undefined> {
  const post = await db
    .selectFrom('blog_posts')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('slug', '=', slug)
    .where('archived_at', 'is', null)
    .where('published_at', '<=', clock.now())
    .executeTakeFirst()
  return post as PublishedPost | undefined
}

/** A landing page. */
export const readLandingPage = (app: App, siteId: string, slug: string) =>
  readPage(app, 'landing_pages', siteId, slug)

/** A page of the web site. */
export const readWebsitePage = (app: App, siteId: string, slug: string) =>
  readPage(app, 'website_pages', siteId, slug)

async function readPage(
  { db, clock }: App,
  table: 'landing_pages' | 'website_pages',
  siteId: string,
  slug: string,
): Promise<PublishedPage | undefined> {
  const { rows } = await sql<PublishedPage>`
    select title, page_title, page_description, content, publish_at as published_at from ${sql.table(table)}
     where site_id = ${siteId} and slug = ${slug} and archived_at is null and publish_at <= ${clock.now()}`.execute(
    db,
  )
  return rows[0]
}

export interface PublicPodcast {
  title: string
  description: string
  author: string | null
  cover_art_url: string | null
  directories: { id: string; url: string }[]
}

export async function readPodcast(
  { db }: App,
  siteId: string,
  id: string,
): Promise<PublicPodcast | undefined> {
  const podcast = await db
    .selectFrom('podcasts')
    .select(['title', 'description', 'author', 'cover_art_url', 'directories'])
    .where('site_id', '=', siteId)
    .where('id', '=', id)
    .where('public', '=', true)
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  return podcast as PublicPodcast | undefined
}
