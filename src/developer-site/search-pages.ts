import MiniSearch from 'minisearch'
import { plainText, type SitePage } from './site-page.ts'

export interface Found {
  path: string
  title: string
  /** Its first sentence, or method and path of an operation. */
  summary: string
  /** A piece of its text with a word that was found. */
  excerpt: string
}

const MOST_RESULTS = 30
const EXCERPT_LENGTH = 180

interface Entry {
  id: string
  title: string
  summary: string
  headings: string
  /** Sentences. */
  text: string
  /** Tables and examples, which are no good to read in pieces. */
  rest: string
}

/** Finds pages by words, also by their beginnings and with a letter that is wrong. */
export class PageSearch {
  readonly #index = new MiniSearch<Entry>({
    fields: ['title', 'summary', 'headings', 'text', 'rest'],
    storeFields: ['title', 'summary', 'text'],
    searchOptions: {
      boost: { title: 8, summary: 4, headings: 2, rest: 0.5 },
      prefix: true,
      fuzzy: 0.15,
      combineWith: 'AND',
    },
  })

  constructor(pages: Iterable<SitePage>) {
    this.#index.addAll([...pages].map(entryOf))
  }

  /** The pages that contain all words of a query, the best first. */
  find(query: string): Found[] {
    return this.#index
      .search(query)
      .slice(0, MOST_RESULTS)
      .map(({ id, title, summary, text, terms }) => ({
        path: id,
        title,
        summary,
        excerpt: excerptOf(text, terms),
      }))
  }
}

function entryOf({ path, title, summary, markdown }: SitePage): Entry {
  const blocks = markdown.split(/^```.*$/m)
  const lines = blocks.filter((_, index) => index % 2 === 0).flatMap((block) => block.split('\n'))
  const headings = lines.filter((line) => /^#{2,} /.test(line)).map((line) => line.replace(/^#+ /, ''))
  const rows = lines.filter((line) => line.startsWith('|'))
  const examples = blocks.filter((_, index) => index % 2 === 1)
  return {
    id: path,
    title,
    summary,
    headings: headings.join(' '),
    text: plainText(lines.filter((line) => !/^[#|]/.test(line)).join(' '))
      .replace(summary, '')
      .trim(),
    rest: [...rows, ...examples].join(' '),
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
