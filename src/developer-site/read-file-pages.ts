import { readFileSync } from 'node:fs'
import { join, normalize } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { SECTIONS } from './contents.ts'
import { addressOf, type SitePage, summaryOf } from './site-page.ts'

/** Beside `src/` and `dist/` alike. */
const FOLDER = fileURLToPath(new URL('../../docs/', import.meta.url))

const FILES = SECTIONS.flatMap(({ pages }) => pages)
const ADDRESSES = new Map(FILES.map(({ file, path }) => [file, addressOf(path)]))

/** The pages that are files of the repository, with links that lead to pages of the site. */
export const readFilePages = (): SitePage[] =>
  FILES.map(({ path, file, title }) => {
    const markdown = withSiteLinks(readFileSync(join(FOLDER, file), 'utf8'), file)
    return { path, title, summary: summaryOf(markdown), markdown }
  })

/** Links between files become links between pages; what is no page, as the source code, is named without a link. */
const withSiteLinks = (markdown: string, file: string): string =>
  markdown.replace(/\[([^\][]*)\]\(([^()\s]+)\)/g, (link, text: string, target: string) => {
    if (/^(?:[a-z]+:|#|\/)/.test(target)) return link
    const [linked, anchor] = target.split('#') as [string, string?]
    const address = ADDRESSES.get(normalize(join(file, '..', linked)))
    return address ? `[${text}](${address}${anchor ? `#${anchor}` : ''})` : text
  })
