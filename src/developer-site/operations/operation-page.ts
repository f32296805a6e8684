import { stringify } from 'yaml'
import { describeType } from '../../platform/events/events.ts'
import type { OpenApi } from '../../platform/http/openapi/document.ts'
import { plainText, type SitePage } from '../site-page.ts'
import { type DocumentedOperation, documentOf, operationsOf } from './operations.ts'
import { type SchemaRow, schemaRows } from './schema-rows.ts'
import { snippetsOf } from './snippets.ts'

/** Where the page of an operation is, below /docs. */
export const pathOf = (operationId: string): string => `api/${operationId}`

/** Operations of one subject. */
export interface OperationGroup {
  tag: string
  description: string
  operations: DocumentedOperation[]
}

/** Of tags that are not words as they are written elsewhere. */
const TITLES: Record<string, string> = {
  'api keys': 'API keys',
  emails: 'E-mails',
  'email templates': 'E-mail templates',
  'kajabi payments payouts': 'Payouts',
}

/** As a heading. */
export const titleOf = (tag: string): string => TITLES[tag] ?? capitalized(tag)

/** The operations by subject, in the order of the document's tags. */
export function groupsOf(document: OpenApi): OperationGroup[] {
  const operations = operationsOf(document)
  return (document.tags ?? [])
    .map(({ name, description = '' }) => ({
      tag: name,
      description,
      operations: operations.filter(({ tag }) => tag === name),
    }))
    .filter((group) => group.operations.length > 0)
}

/** The list of all operations, and a page for each. */
export function operationPages(document: OpenApi): SitePage[] {
  const groups = groupsOf(document)
  return [
    listPage(groups),
    ...groups.flatMap((group) =>
      group.operations.map((operation) => ({
        path: pathOf(operation.id),
        title: operation.summary,
        summary: `${operation.method} ${operation.url}`,
        markdown: operationMarkdown(document, operation, group),
        openapi: () => stringify(documentOf(document, operation), { aliasDuplicateObjects: false }),
      })),
    ),
  ]
}

const linkTo = ({ id, summary }: DocumentedOperation) => `[${summary}](/docs/${pathOf(id)})`

const listPage = (groups: OperationGroup[]): SitePage => ({
  path: 'api',
  title: 'All operations',
  summary: 'Every operation of the API, by subject.',
  markdown: [
    '# All operations',
    'Every operation of the API, by subject. Kajabi does not have those that are marked as an extension. [Try them here](/docs/try), or download the OpenAPI document as [JSON](/openapi.json) or [YAML](/openapi.yaml).',
    ...groups.flatMap(({ tag, description, operations }) => [
      `## ${titleOf(tag)}`,
      description,
      table(
        ['operation', 'request', 'permission'],
        operations.map((operation) => [
          `${linkTo(operation)}${operation.isExtension ? ' (extension)' : ''}`,
          `\`${operation.method} ${operation.url}\``,
          permissionCell(operation),
        ]),
      ),
    ]),
  ].join('\n\n'),
})

function operationMarkdown(
  document: OpenApi,
  operation: DocumentedOperation,
  { operations }: OperationGroup,
): string {
  const { method, url, summary, description, isExtension, body, responses } = operation
  const succeeded = responses.filter(({ status }) => status < 400)
  const failed = responses.filter(({ status }) => status >= 400)
  const others = operations.filter(({ id }) => id !== operation.id)
  return [
    `# ${summary}`,
    `\`${method} ${url}\``,
    description,
    isExtension && 'This operation is an extension: Kajabi does not have it. `EXTENSIONS=off` hides it.',
    '## Request',
    snippetsOf(operation),
    parametersPart(operation),
    body && schemaRows(document, body.schema).length > 0 && `### Body\n\n\`${body.type}\``,
    body && membersTable(schemaRows(document, body.schema), true),
    '## Response',
    ...succeeded.map(({ status, description, example }) =>
      [
        `**${status}** ${description}`,
        example !== undefined && `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``,
      ]
        .filter(Boolean)
        .join('\n\n'),
    ),
    attributesPart(document, succeeded),
    effectsPart(operation),
    '## Errors',
    'Every error has a `code` for programs and a `detail` that says what to do: see [errors](/docs/errors).',
    table(
      ['status', 'when', 'example of a code'],
      failed.map(({ status, description, example }) => [String(status), description, codeOf(example)]),
    ),
    retryPart(operation),
    others.length > 0 && `## See also\n\n${others.map((each) => `- ${linkTo(each)}`).join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function parametersPart({ parameters }: DocumentedOperation): string | false {
  if (parameters.length === 0) return false
  return `### Parameters\n\n${table(
    ['name', 'in', 'type', 'description'],
    parameters.map(({ name, in: where, required, description = '', schema }) => [
      `\`${name}\`${required ? ' (required)' : ''}${schema['x-extension'] ? ' (extension)' : ''}`,
      where,
      String(schema.type ?? 'string'),
      description,
    ]),
  )}`
}

/** What the resource of a response consists of: the attributes alone, since the example shows the rest. */
function attributesPart(document: OpenApi, [first]: DocumentedOperation['responses']): string | false {
  if (!first?.schema) return false
  const rows = schemaRows(document, first.schema)
    .filter(({ name }) => /^data(\[\])?\.attributes\./.test(name))
    .map((row) => ({ ...row, name: row.name.replace(/^data(\[\])?\.attributes\./, '') }))
  return rows.length > 0 && `### Attributes\n\n${membersTable(rows, false)}`
}

/** What happens besides the response. */
function effectsPart({ events, parameters }: DocumentedOperation): string | false {
  if (events.length === 0) return false
  const canBeTried = parameters.some(({ name }) => name === 'dry_run')
  const rows = events.map((type) => {
    const { occurs, hooks = {}, isTrigger } = describeType(type)
    const names = Object.keys(hooks).map((name) => `\`${name}\``)
    return [`\`${type}\``, occurs, names.join(', ') || 'none', isTrigger ? 'yes' : 'no']
  })
  return [
    '## Side effects',
    'The request can record these events. Webhooks, automations and e-mails [follow from them](/docs/guides/events), and `GET /v1/events` lists them.',
    table(['event', 'occurs when', 'webhooks', 'starts automations'], rows),
    canBeTried &&
      'With `dry_run=true` the response says what would happen, e-mails included, and nothing does.',
  ]
    .filter(Boolean)
    .join('\n\n')
}

const membersTable = (rows: SchemaRow[], showsRequired: boolean) =>
  table(
    ['name', 'type', 'description'],
    rows.map(({ name, type, isRequired, isExtension, description }) => [
      `\`${name}\`${showsRequired && isRequired ? ' (required)' : ''}${isExtension ? ' (extension)' : ''}`,
      type,
      description,
    ]),
  )

const retryPart = ({ method, parameters }: DocumentedOperation): string | false => {
  if (method === 'GET') return false
  const isRepeatable = parameters.some(({ name }) => name === 'Idempotency-Key')
  return `## Retries\n\n${
    isRepeatable
      ? 'Send an `Idempotency-Key`: a repeated request is then executed once, and gets the first response again. Repeat a request after a broken connection, 429, 503, and 409 with `Retry-After`.'
      : 'Repeat the request after 429 and 503, when `Retry-After` has passed.'
  }`
}

const permissionCell = ({ permission }: DocumentedOperation) =>
  permission === undefined
    ? 'none, also without a token'
    : permission === null
      ? 'any token'
      : `\`${permission}\``

const codeOf = (example: unknown) => {
  const { errors, error } = (example ?? {}) as { errors?: { code?: string }[]; error?: string }
  const code = errors?.[0]?.code ?? error
  return code ? `\`${code}\`` : ''
}

const capitalized = (text: string) => text[0]!.toUpperCase() + text.slice(1)

const cell = (text: string) => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** For lists of operations elsewhere: the method and the URL, and the permission in words. */
export const operationLine = (operation: DocumentedOperation): string =>
  `${operation.method} ${operation.url}, ${plainText(permissionCell(operation))}`
