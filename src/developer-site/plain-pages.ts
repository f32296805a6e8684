/** The site for programs: pages as Markdown, and the indexes of all of them. */
import type { OpenApi } from '../platform/http/openapi/document.ts'
import { SECTIONS } from './contents.ts'
import { groupsOf, operationLine, pathOf } from './operations/operation-page.ts'
import type { Site } from './read-site.ts'
import type { Found } from './search-pages.ts'
import { addressOf, LOCAL_URL, type SitePage } from './site-page.ts'

/** A page as Markdown. It names the index, and that of an operation ends with its part of the OpenAPI document. */
export function plainPage({ markdown, openapi, path }: SitePage): string {
  return [
    `> ## Documentation index\n> All pages: ${LOCAL_URL}/llms.txt. Read it before exploring further.`,
    withPlainLinks(markdown),
    openapi && `## OpenAPI\n\n\`\`\`\`yaml /openapi.yaml ${path}\n${openapi()}\`\`\`\``,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

/** The results of a search, a line each. */
export const plainResults = (found: Found[]): string =>
  found
    .map(
      ({ path, title, summary, excerpt }) =>
        `- [${title}](${LOCAL_URL}${addressOf(path)}.md): ${summary} ${excerpt}\n`,
    )
    .join('')

/** Links to pages become links to their Markdown. */
const withPlainLinks = (markdown: string): string =>
  markdown.replace(/\]\(\/docs\/([a-zA-Z0-9/_-]+)(#[^)]*)?\)/g, (link, path: string, anchor = '') =>
    path === 'try' ? link : `](${LOCAL_URL}/docs/${path}.md${anchor})`,
  )

const RULES = `Rules that every request follows:

- Bodies are JSON:API documents with \`Content-Type: application/vnd.api+json\`: \`{"data": {"type", "id", "attributes", "relationships"}}\`.
- Ids are strings of digits, also in requests. Do not calculate with them.
- Get a token from \`POST /v1/oauth/token\` (form-encoded: \`grant_type=client_credentials\`, \`client_id\`, \`client_secret\`), send it as \`Authorization: Bearer …\`, and get a new one after 401.
- Send an \`Idempotency-Key\` (a UUID) with requests that write, and repeat them with the same key after a broken connection, 429 or 503.
- Errors are \`{"errors": [{"status", "code", "title", "detail", "source"}]}\`. Decide by \`code\`, show \`detail\`.
- Lists are pages: \`page[size]\` up to 500; follow \`links.next\` until it is absent. \`page[after]\` makes lists stable while rows change.
- \`filter[…]\`, \`sort\`, \`include\` and \`fields[…]\` are as the operation lists them. What was ignored is named in a \`Warning\` header.
- Granting an offer that is held already changes nothing and is 200. \`?dry_run=true\` says what would happen.
- Times are UTC, as \`2026-01-31T09:30:00.000Z\`. Prices are whole numbers of the currency's smallest unit.
- Secrets (of keys and webhooks) are shown once, in the response that creates them.`

/** The index of all pages: https://llmstxt.org. */
export function indexOfPages(site: Site, document: OpenApi): string {
  const line = ({ path, title, summary }: SitePage) =>
    `- [${title}](${LOCAL_URL}${addressOf(path)}.md)${summary ? `: ${summary}` : ''}`
  const sections = SECTIONS.map(({ title, pages }) =>
    [`## ${title}`, '', ...pages.map(({ path, title }) => line({ ...site.pages.get(path)!, title }))].join(
      '\n',
    ),
  )
  const operations = groupsOf(document).flatMap((group) =>
    group.operations.map(
      (operation) =>
        `- [${operation.summary}](${LOCAL_URL}/docs/${pathOf(operation.id)}.md): ${operationLine(operation)}`,
    ),
  )
  return [
    '# Bestow',
    '> A self-hosted membership server that implements the Kajabi Public API V1 (JSON:API). Its core operation is granting an offer to a contact.',
    `Base URL: ${LOCAL_URL}/v1`,
    RULES,
    ...sections,
    ['## Operations', '', line(site.pages.get('api')!), ...operations].join('\n'),
    [
      '## Machine formats',
      '',
      `- [OpenAPI 3.1](${LOCAL_URL}/openapi.json): the whole API, also as [YAML](${LOCAL_URL}/openapi.yaml)`,
      `- [Postman collection](${LOCAL_URL}/postman_collection.json) and its [environment](${LOCAL_URL}/postman_environment.json)`,
      `- [All pages in one file](${LOCAL_URL}/llms-full.txt)`,
      `- Search: ${LOCAL_URL}/docs/search.md?q=words`,
      `- Tools for agents: ${LOCAL_URL}/mcp (Model Context Protocol), as [Agents](${LOCAL_URL}/docs/guides/agents.md) explains`,
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n')
}

/** All pages that are files, in one. Operations are in the OpenAPI document. */
export const allPages = (site: Site): string =>
  SECTIONS.flatMap(({ pages }) =>
    pages.map(({ path }) => withPlainLinks(site.pages.get(path)!.markdown)),
  ).join('\n\n---\n\n')
