import type { Command } from 'commander'
import { courseRecords } from '../catalogue/courses/courses.resource.ts'
import { blogPostRecords } from '../catalogue/pages/blog-posts.resource.ts'
import { landingPageRecords, websitePageRecords } from '../catalogue/pages/pages.resource.ts'
import { podcastRecords } from '../catalogue/podcasts.resource.ts'
import { recordCommands } from './records.ts'

export function contentCommands(program: Command): void {
  recordCommands(program, {
    name: 'courses',
    description: 'courses: products that are made of modules and lessons',
    records: courseRecords,
    what: 'product',
    columns: ['title', 'publish_status', 'modules'],
  })
  recordCommands(program, {
    name: 'podcasts',
    description: 'podcasts',
    records: podcastRecords,
    what: 'podcast',
    columns: ['title', 'status', 'public'],
  })
  recordCommands(program, {
    name: 'blog-posts',
    description: 'posts of the blog of a site',
    records: blogPostRecords,
    what: 'blog post',
    columns: ['title', 'slug', 'published_at'],
  })
  recordCommands(program, {
    name: 'landing-pages',
    description: 'landing pages',
    records: landingPageRecords,
    what: 'landing page',
    columns: ['title', 'slug', 'publish_at'],
  })
  recordCommands(program, {
    name: 'website-pages',
    description: 'pages of the web site of a site',
    records: websitePageRecords,
    what: 'website page',
    columns: ['title', 'slug', 'publish_at'],
  })
}
