import type { OpenApi } from '../platform/http/openapi/document.ts'
import { SECTIONS } from './contents.ts'
import { linkOperations } from './operations/link-operations.ts'
import { groupsOf, operationPages, pathOf, titleOf } from './operations/operation-page.ts'
import { readFilePages } from './read-file-pages.ts'
import type { SitePage } from './site-page.ts'

export interface NavigationGroup {
  title: string
  /** Closed until it contains the page that is shown. */
  isFolded: boolean
  links: { path: string; title: string }[]
}

/** All pages by their paths, in the order of the navigation. */
export interface Site {
  pages: Map<string, SitePage>
  navigation: NavigationGroup[]
}

/** Reads the files of the documentation, and makes a page of each operation of the OpenAPI document. */
export function readSite(document: OpenApi): Site {
  const files = linkOperations(readFilePages(), document)
  const operations = operationPages(document)
  const pages = [firstPage(files, operations), ...files, ...operations]
  return {
    pages: new Map(pages.map((page) => [page.path, page])),
    navigation: [
      ...SECTIONS.map((section) => ({ title: section.title, isFolded: false, links: section.pages })),
      {
        title: 'API',
        isFolded: false,
        links: [
          { path: 'api', title: 'All operations' },
          { path: 'try', title: 'Try it' },
        ],
      },
      ...groupsOf(document).map(({ tag, operations }) => ({
        title: titleOf(tag),
        isFolded: true,
        links: operations.map(({ id, summary }) => ({ path: pathOf(id), title: summary })),
      })),
    ],
  }
}

const WAYS_IN = `# Bestow for developers

Bestow is a self-hosted membership server that implements the Kajabi Public API V1. These pages describe the instance that serves them: the addresses in the examples are its own.

- **New here?** [Getting started](/docs/getting-started) leads from nothing to a granted offer in five minutes.
- **You have a client for Kajabi?** Change its base URL to \`http://127.0.0.1:3000\`; the [differences](/docs/differences) are listed.
- **Looking for an operation?** [All operations](/docs/api), or [by task](/docs/capabilities). [Try them](/docs/try) in the browser.
- **Reading with a program?** [/llms.txt](/llms.txt) is the index, every page also exists with \`.md\` at the end of its address, and the API is described by [/openapi.json](/openapi.json) and [/openapi.yaml](/openapi.yaml).`

function firstPage(files: SitePage[], operations: SitePage[]): SitePage {
  const chapters = SECTIONS.map(({ title, pages }) =>
    [
      `## ${title}`,
      ...pages.map(({ path, title }) => {
        const { summary } = files.find((page) => page.path === path)!
        return `- [${title}](/docs/${path})${summary ? `: ${summary}` : ''}`
      }),
    ].join('\n'),
  )
  const count = operations.length - 1
  return {
    path: '',
    title: 'Bestow for developers',
    summary: 'The ways in.',
    markdown: [
      WAYS_IN,
      ...chapters,
      `## API\n\n[${count} operations](/docs/api), each with its parameters, an example and its errors.`,
    ].join('\n\n'),
  }
}
