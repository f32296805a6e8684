/** The pages of a site that show what it publishes: its blog, its pages and its podcasts. */
import {
  type PublishedPage,
  readLandingPage,
  readPodcast,
  readPost,
  readPosts,
  readWebsitePage,
} from '../catalogue/pages/read-published.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { type Page, page } from './page.ts'
import { paths } from './pages/paths.ts'
import { notFound } from './public.pages.ts'
import { sanitizeContent } from './sanitize-content.ts'
import type { Visit } from './visit.ts'

const MOST_PAGES = 10_000

const blog = page('GET', '/blog', async (visit) => {
  const number = Number(visit.query.page ?? 1)
  if (!Number.isInteger(number) || number < 1 || number > MOST_PAGES) return notFound(visit)
  const { posts, hasMore } = await readPosts(visit.app, visit.site.id, number)
  if (posts.length === 0 && number > 1) return notFound(visit)
  return visit.render('blog', {
    posts: posts.map(({ title, slug, published_at, page_description, image_url }) => ({
      title,
      path: paths.blogPost(slug),
      date: published_at,
      description: page_description || null,
      picture_url: image_url,
    })),
    newer: number > 1 ? `${paths.blog}?page=${number - 1}` : null,
    older: hasMore ? `${paths.blog}?page=${number + 1}` : null,
  })
})

const post = page('GET', '/blog/:slug', async (visit) => {
  const found = await readPost(visit.app, visit.site.id, visit.params.slug!)
  if (!found) return notFound(visit)
  const { published_at, image_url, image_alt_text } = found
  return renderArticle(visit, found, {
    date: published_at,
    picture: image_url === null ? null : { url: image_url, alt: image_alt_text ?? '' },
    back: paths.blog,
  })
})

const landingPage = page('GET', '/landing/:slug', (visit) => showPage(visit, readLandingPage))
const websitePage = page('GET', '/pages/:slug', (visit) => showPage(visit, readWebsitePage))

async function showPage(visit: Visit, read: typeof readLandingPage) {
  const found = await read(visit.app, visit.site.id, visit.params.slug!)
  return found ? renderArticle(visit, found, { date: null, picture: null, back: null }) : notFound(visit)
}

async function renderArticle(
  visit: Visit,
  { title, page_title, page_description, content }: PublishedPage,
  more: { date: Date | null; picture: { url: string; alt: string } | null; back: string | null },
) {
  return visit.render('article', {
    title,
    page_title: page_title || title,
    description: page_description || null,
    html: await sanitizeContent(content),
    ...more,
  })
}

const podcast = page('GET', '/podcasts/:id', async (visit) => {
  const id = visit.params.id!
  const found = isId(id) ? await readPodcast(visit.app, visit.site.id, id) : undefined
  if (!found) return notFound(visit)
  const { title, author, description, cover_art_url, directories } = found
  return visit.render('podcast', {
    title,
    author,
    text: description || null,
    picture_url: cover_art_url,
    directories: directories.map(({ id: name, url }) => ({ name, url })),
  })
})

export const publishedPages: Page[] = [blog, post, landingPage, websitePage, podcast]
