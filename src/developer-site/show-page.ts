import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Liquid } from 'liquidjs'
import { escapeHtml } from '../platform/text/escape-html.ts'
import type { NavigationGroup, Site } from './read-site.ts'
import { type Heading, renderMarkdown } from './render-markdown.ts'
import { type Found, PageSearch } from './search-pages.ts'
import { addressOf, type SitePage } from './site-page.ts'

/** Only these two levels are listed beside a page. */
const LISTED_LEVELS = [2, 3]

const engine = new Liquid({
  strictVariables: true,
  ownPropertyOnly: true,
  jsTruthy: true,
  outputEscape: (value: unknown) => escapeHtml(String(value ?? '')),
})
engine.registerFilter('html', { raw: true, handler: (html: string) => html })
engine.registerFilter('address', (path: string) => addressOf(path))

const layout = engine.parse(readFileSync(join(import.meta.dirname, 'pages/layout.liquid'), 'utf8'))

interface View {
  title: string
  /** Null: the page has no plain form. */
  plain: string | null
  content: string
  headings: Heading[]
  query: string
  current: string | null
}

/** Renders the pages of a site as HTML; each is rendered once. */
export class PageView {
  readonly #site: Site
  readonly #rendered = new Map<string, string>()
  #search: PageSearch | undefined

  constructor(site: Site) {
    this.#site = site
  }

  page(page: SitePage): string {
    const known = this.#rendered.get(page.path)
    if (known !== undefined) return known
    const { html, headings } = renderMarkdown(page.markdown)
    const shown = this.#render({
      title: page.title,
      plain: `${addressOf(page.path)}.md`,
      content: html + this.#neighbours(page.path),
      headings: headings.filter(({ level }) => LISTED_LEVELS.includes(level)),
      query: '',
      current: page.path,
    })
    this.#rendered.set(page.path, shown)
    return shown
  }

  /** The pages that a search finds, the best first. */
  find(query: string): Found[] {
    this.#search ??= new PageSearch(this.#site.pages.values())
    return query.trim() === '' ? [] : this.#search.find(query)
  }

  /** The results of a search. */
  results(query: string): string {
    const found = this.find(query)
    const count = found.length === 1 ? '1 page' : `${found.length} pages`
    return this.#render({
      title: 'Search',
      plain: null,
      content: `<h1>Search</h1>\n<p>${query.trim() === '' ? 'Enter what to search for.' : `${count} for “${escapeHtml(query)}”`}</p>\n${listOf(found)}`,
      headings: [],
      query,
      current: null,
    })
  }

  /** Says that there is no such page, and offers the search. */
  missing(): string {
    return this.#render({
      title: 'Not found',
      plain: null,
      content:
        '<h1>There is no such page</h1>\n<p>Search for it above, or begin at <a href="/docs">the first page</a>.</p>',
      headings: [],
      query: '',
      current: null,
    })
  }

  #render(view: View): string {
    const isOpen = (group: NavigationGroup) =>
      !group.isFolded || group.links.some(({ path }) => path === view.current)
    const navigation = this.#site.navigation.map((group) => ({ ...group, isOpen: isOpen(group) }))
    return engine.renderSync(layout, { ...view, navigation })
  }

  /** Links to the page before this one, and to the one after it. */
  #neighbours(path: string): string {
    const links = this.#site.navigation.flatMap((group) => group.links).filter((link) => link.path !== 'try')
    const index = links.findIndex((link) => link.path === path)
    if (index === -1) return ''
    const link = (direction: string, to: { path: string; title: string } | undefined) =>
      to ? `<a rel="${direction}" href="${addressOf(to.path)}">${escapeHtml(to.title)}</a>` : '<span></span>'
    return `<nav class="neighbours" aria-label="Previous and next page">${link('prev', links[index - 1])}${link('next', links[index + 1])}</nav>`
  }
}

const listOf = (found: Found[]): string =>
  `<ol class="results">${found
    .map(
      ({ path, title, summary, excerpt }) =>
        `<li><a href="${addressOf(path)}">${escapeHtml(title)}</a><p><b>${escapeHtml(summary)}</b> ${escapeHtml(excerpt)}</p></li>`,
    )
    .join('\n')}</ol>`
