import MiniSearch from 'minisearch'
import { plainText, type SitePage } from './site-page.ts'

export interface Found {
  path: string
  title: string
  excerpt: string
}

const MOST_RESULTS = 30
const EXCERPT_LENGTH = 180

interface Entry {
  id: string
  title: string
  headings: string
  text: string
}

/** Finds pages by words, also by their beginnings and with a letter that is wrong. */
export class PageSearch {
  readonly #index = new MiniSearch<Entry>({
    fields: ['title', 'headings', 'text'],
    storeFields: ['title', 'text'],
    searchOptions: { boost: { title: 6, headings: 2 }, prefix: true, fuzzy: 0.15, combineWith: 'AND' },
  })

  constructor(pages: Iterable<SitePage>) {
    this.#index.addAll([...pages].map(entryOf))
  }

  /** The pages that contain all words of a query, the best first. */
  find(query: string): Found[] {
    return this.#index
      .search(query)
      .slice(0, MOST_RESULTS)
      .map(({ id, title, text, terms }) => ({ path: id, title, excerpt: excerptOf(text, terms) }))
  }
}

function entryOf({ path, title, summary, markdown }: SitePage): Entry {
  const lines = markdown.split('\n')
  return {
    id: path,
    title: `${title} ${summary}`,
    headings: lines.filter((line) => /^#{2,} /.test(line)).join(' '),
    text: plainText(lines.filter((line) => !/^(?:```|\| ---|# )/.test(line)).join(' ')),
  }
}

/** A piece of the text around the first word that was found. */
function excerptOf(text: string, words: string[]): string {
  const lower = text.toLowerCase()
  const at = Math.max(
    0,
    ...words
      .map((word) => lower.indexOf(word))
      .filter((index) => index > 0)
      .slice(0, 1),
  )
  const start = at < EXCERPT_LENGTH / 2 ? 0 : lower.indexOf(' ', at - EXCERPT_LENGTH / 2) + 1
  const end = start + EXCERPT_LENGTH
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`
}
