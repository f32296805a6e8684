import type { OpenApi } from '../../platform/http/openapi/document.ts'
import { addressOf, type SitePage } from '../site-page.ts'
import { pathOf } from './operation-page.ts'
import { operationsOf } from './operations.ts'

/** A code block, or an operation in the text: `GET /v1/offers/{id}`, with or without a query. */
const BLOCK_OR_OPERATION =
  /^```[\s\S]*?^```|(?<![[\w])`((?:GET|POST|PUT|PATCH|DELETE) \/v1\/[^`\s?]*)(?:\?[^`]*)?`/gm

/** Links the names of operations in the text of pages to the pages of these operations. */
export function linkOperations(pages: SitePage[], document: OpenApi): SitePage[] {
  const addresses = new Map(
    operationsOf(document).map(({ id, method, url }) => [nameOf(`${method} ${url}`), addressOf(pathOf(id))]),
  )
  return pages.map((page) => ({
    ...page,
    markdown: page.markdown.replace(BLOCK_OR_OPERATION, (found, operation: string | undefined) => {
      const address = operation && addresses.get(nameOf(operation))
      return address ? `[${found}](${address})` : found
    }),
  }))
}

/** Parameters have other names in texts, or values. */
const nameOf = (operation: string) => operation.replace(/\{\w+\}|(?<=\/)\d+(?=\/|$)/g, '{}')
