import {
  fromJsonSchema,
  McpServer,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { Type } from 'typebox'
import { SECTIONS } from '../developer-site/contents.ts'
import type { Permission } from '../platform/auth/permissions.ts'
import { VERSION } from '../platform/version.ts'
import { type Api, Refusal } from './api.ts'
import type { Plans } from './plans.ts'
import type { Tool } from './tool.ts'
import { TOOLS } from './tools.ts'

export interface Caller {
  api: Api
  plans: Plans
  permissions: Permission[]
  /** Whether the clock of the server can be moved. */
  isDevelopment: boolean
}

const INSTRUCTIONS =
  'Bestow keeps the members of a creator business: contacts, what they may open, and why. Ids are text. Before you grant, extend or revoke access, call preview_change, show its sentences to the user, and pass its plan on.'

/**
 * An MCP server for one caller, with the tools that the caller may use.
 *
 * @throws Refusal 401 when the token is not valid
 */
export function makeMcpServer(caller: Caller): McpServer {
  const server = new McpServer(
    { name: 'bestow', title: 'Bestow', version: VERSION },
    { instructions: INSTRUCTIONS },
  )
  for (const tool of TOOLS) if (isOffered(tool, caller)) registerTool(server, tool, caller)
  registerPages(server, caller.api)
  registerPrompts(server)
  return server
}

/** The permissions of the bearer of the token of an API. @throws Refusal 401 when the token is not valid */
export async function readPermissions(api: Api): Promise<Permission[]> {
  return (await api.get('/v1/me')).data.attributes.permissions
}

const isOffered = (
  { permissions, isForDevelopment }: Tool,
  { permissions: held, isDevelopment }: Caller,
): boolean => permissions.every((one) => held.includes(one)) && (isDevelopment || !isForDevelopment)

function registerTool(server: McpServer, tool: Tool, context: Caller): void {
  const { name, title, description, input, effect, isIdempotent = effect === 'reads', run } = tool
  const text = (value: string, isError = false) => ({
    content: [{ type: 'text' as const, text: value }],
    ...(isError && { isError }),
  })
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: fromJsonSchema({ ...input, additionalProperties: false }),
      annotations: {
        title,
        readOnlyHint: effect === 'reads',
        destructiveHint: effect === 'destroys',
        idempotentHint: isIdempotent,
        openWorldHint: false,
      },
    },
    async (args) => {
      try {
        return text(await run(context, args))
      } catch (error) {
        if (error instanceof Refusal) return text(error.message, true)
        throw error
      }
    },
  )
}

/** The pages of the developer site, those about operations included. */
function registerPages(server: McpServer, api: Api): void {
  const pages = SECTIONS.flatMap(({ pages }) => pages)
  const read = async (uri: URL, path: string) => {
    const text = await api.page(path)
    if (text === null) throw new ResourceNotFoundError(uri.href)
    return { contents: [{ uri: uri.href, mimeType: 'text/markdown', text }] }
  }
  server.registerResource(
    'docs',
    new ResourceTemplate('bestow://docs/{+page}', {
      list: async () => ({
        resources: pages.map(({ path, title }) => ({
          uri: `bestow://docs/${path}`,
          name: title,
          mimeType: 'text/markdown',
        })),
      }),
    }),
    { title: 'Documentation', description: 'A page of the documentation', mimeType: 'text/markdown' },
    (uri, { page }) => read(uri, String(page)),
  )
  server.registerResource(
    'operation',
    new ResourceTemplate('bestow://openapi/{operation}', { list: undefined }),
    {
      title: 'Operation of the API',
      description:
        'Behaviour, parameters, errors and the OpenAPI document of an operation, by its operationId',
      mimeType: 'text/markdown',
    },
    (uri, { operation }) => read(uri, `api/${operation}`),
  )
}

function registerPrompts(server: McpServer): void {
  const ask = (text: string) => ({
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }],
  })
  server.registerPrompt(
    'why_no_access',
    {
      title: 'Why has somebody no access?',
      description: 'Finds out why a person cannot open an offer or product',
      argsSchema: fromJsonSchema<{ email: string; offer?: string }>(
        Type.Object({ email: Type.String(), offer: Type.Optional(Type.String()) }),
      ),
    },
    ({ email, offer }) =>
      ask(
        `Find out why ${email} has no access${offer ? ` to "${offer}"` : ''}. Find the contact, show its access and timeline, look at failures that concern it, and say in plain words what happened, when and why. Then preview the change that would give access, and ask before you make it.`,
      ),
  )
  server.registerPrompt(
    'connect_my_app',
    { title: 'Connect an application', description: 'Writes code that grants an offer over the API' },
    () =>
      ask(
        'Read bestow://docs/getting-started and bestow://docs/authentication. Then write code, in the language of my project, that gets a token, creates a contact and grants it an offer with an Idempotency-Key, and that repeats after 429 and 503. Search the documentation for what is unclear.',
      ),
  )
}
