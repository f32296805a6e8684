/** A page of the developer site. Its HTML, its search entry and its plain form all follow from the Markdown. */
export interface SitePage {
  /** Below /docs; empty for the first page. */
  path: string
  /** In the navigation, and of the window. */
  title: string
  /** A sentence about it. */
  summary: string
  /** Begins with the heading of the page. Addresses of this server begin with LOCAL_URL, those of pages with /docs. */
  markdown: string
  /** Of an operation: its part of the OpenAPI document, which the plain form ends with, as YAML. */
  openapi?: () => string
}

/** As the documents name this server; replaced by the address that a reader uses. */
export const LOCAL_URL = 'http://127.0.0.1:3000'

/** Where a page is. */
export const addressOf = (path: string): string => (path === '' ? '/docs' : `/docs/${path}`)

/** The first sentence below the heading, without formatting; empty when a table or a list comes first. */
export function summaryOf(markdown: string): string {
  const paragraph =
    markdown.split(/\n{2,}/).find((block) => /^[\p{L}`[(<"“*]/u.test(block) && !/^\*\s/.test(block)) ?? ''
  const text = plainText(paragraph)
  return /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text
}

/** Markdown of one paragraph without its marks. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
