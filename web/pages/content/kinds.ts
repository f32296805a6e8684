/** What a site publishes besides products: each kind with its operations. */
import type { Complete } from '../../api/documents.ts'
import {
  type BlogPost,
  createBlogPost,
  createLandingPage,
  createPodcast,
  createWebsitePage,
  deleteBlogPost,
  deleteLandingPage,
  deletePodcast,
  deleteWebsitePage,
  getBlogPost,
  getLandingPage,
  getPodcast,
  getWebsitePage,
  type LandingPage,
  listBlogPosts,
  listLandingPages,
  listPodcasts,
  listWebsitePages,
  type Podcast,
  updateBlogPost,
  updateLandingPage,
  updatePodcast,
  updateWebsitePage,
} from '../../api/generated.ts'

export const KINDS = ['website_pages', 'landing_pages', 'blog_posts', 'podcasts'] as const

export type Kind = (typeof KINDS)[number]

/** What all kinds have, and what some have. */
export type ContentAttributes = Pick<
  Required<Complete<BlogPost>['attributes']>,
  'title' | 'url' | 'updated_at'
> &
  Partial<
    Complete<BlogPost>['attributes'] & Complete<LandingPage>['attributes'] & Complete<Podcast>['attributes']
  >

export interface Content {
  id: string
  attributes: ContentAttributes
}

interface Operations {
  list: (params: object, init: RequestInit) => Promise<ContentPage>
  show: (id: string, params: object | undefined, init: RequestInit) => Promise<{ data: Content }>
  create: (body: object) => Promise<{ data: Content }>
  update: (id: string, body: object) => Promise<unknown>
  archive: (id: string) => Promise<unknown>
}

interface ContentPage {
  data: Content[]
  meta: { total_count?: number; total_pages?: number; current_page?: number }
}

/** They take and return the same members of documents, each with attributes of its own. */
export const operations: Record<Kind, Operations> = {
  website_pages: {
    list: listWebsitePages,
    show: getWebsitePage,
    create: createWebsitePage,
    update: updateWebsitePage,
    archive: deleteWebsitePage,
  },
  landing_pages: {
    list: listLandingPages,
    show: getLandingPage,
    create: createLandingPage,
    update: updateLandingPage,
    archive: deleteLandingPage,
  },
  blog_posts: {
    list: listBlogPosts,
    show: getBlogPost,
    create: createBlogPost,
    update: updateBlogPost,
    archive: deleteBlogPost,
  },
  podcasts: {
    list: listPodcasts,
    show: getPodcast,
    create: createPodcast,
    update: updatePodcast,
    archive: deletePodcast,
  },
} as unknown as Record<Kind, Operations>

/** The attribute that says from when on a page is shown. A podcast has none: it is public or not. */
export const publishedFrom = (kind: Kind): 'published_at' | 'publish_at' =>
  kind === 'blog_posts' ? 'published_at' : 'publish_at'

export type ContentState = 'published' | 'scheduled' | 'draft'

/** Who can read it now. @param now in milliseconds */
export function stateOf(kind: Kind, attributes: ContentAttributes, now: number): ContentState {
  if (kind === 'podcasts') return attributes.public ? 'published' : 'draft'
  const from = attributes[publishedFrom(kind)]
  if (!from) return 'draft'
  return Date.parse(from) <= now ? 'published' : 'scheduled'
}

/** The path of its page on this host, for a link. */
export const pathOf = ({ url }: { url: string }): string => new URL(url).pathname
