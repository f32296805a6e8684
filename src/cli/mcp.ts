import { createSecretKey, randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { Api, Refusal, type Send } from '../mcp/api.ts'
import { makeMcpServer, readPermissions } from '../mcp/make-server.ts'
import { Plans } from '../mcp/plans.ts'
import { loadConfig } from '../platform/config.ts'
import { readDevelopmentAccess } from '../server/development-key.ts'
import { subcommand } from './output.ts'

interface McpOptions {
  url?: string
  clientId?: string
  clientSecret?: string
}

export function mcpCommands(program: Command): void {
  subcommand(
    program,
    'mcp',
    'serve the Model Context Protocol on standard input and output, for an agent on this machine',
  )
    .addOption(
      new Option('--url <url>', 'address of the server; without it, the one that was started here').env(
        'KAJABI_API_URL',
      ),
    )
    .addOption(new Option('--client-id <id>', 'id of an API key').env('KAJABI_CLIENT_ID'))
    .addOption(
      new Option('--client-secret <secret>', 'secret of the API key; better in the environment').env(
        'KAJABI_CLIENT_SECRET',
      ),
    )
    .action(serve)
}

async function serve(options: McpOptions): Promise<void> {
  const { serveStdio } = await import('@modelcontextprotocol/server/stdio')
  const api = new Api(sender(await credentialsOf(options)))
  const plans = new Plans(createSecretKey(randomBytes(32)), '')
  const permissions = await readPermissions(api)
  const isDevelopment =
    permissions.includes('view:sites') && (await api.get('/v1/server')).data.attributes.can_move_clock
  const caller = { api, plans, permissions, isDevelopment }
  const closed = new Promise((resolve) => process.stdin.once('end', resolve))
  const handle = serveStdio(() => makeMcpServer(caller))
  await closed
  await handle.close()
}

interface Credentials {
  url: string
  client_id: string
  client_secret: string
}

/** @throws Error that says which option is missing */
async function credentialsOf({ url, clientId, clientSecret }: McpOptions): Promise<Credentials> {
  const here = url === undefined ? await readDevelopmentAccess(loadConfig('development').DATA_DIR) : null
  const credentials = {
    url: url ?? here?.url,
    client_id: clientId ?? here?.client_id ?? undefined,
    client_secret: clientSecret ?? here?.client_secret ?? undefined,
  }
  if (credentials.url === undefined)
    throw new Error('No server was started here. Name one with --url, or start it with: bestow start')
  if (credentials.client_id === undefined || credentials.client_secret === undefined)
    throw new Error('An API key is needed: --client-id, and KAJABI_CLIENT_SECRET in the environment.')
  return credentials as Credentials
}

/** Requests over HTTP with a token, which is renewed when it has ended. */
function sender({ url, ...key }: Credentials): Send {
  // With or without /v1: both are usual as the base URL of a client.
  const base = url.replace(/\/(v1\/?)?$/, '')
  let token: Promise<string> | undefined
  const send = async ({ method, path, headers, body }: Parameters<Send>[0]) => {
    token ??= requestToken(base, key)
    const authorization = `Bearer ${await token}`
    const response = await fetch(base + path, { method, headers: { ...headers, authorization }, body })
    return { status: response.status, body: await response.text() }
  }
  return async (request) => {
    const first = await send(request)
    if (first.status !== 401) return first
    token = undefined
    return send(request)
  }
}

async function requestToken(base: string, key: Omit<Credentials, 'url'>): Promise<string> {
  const response = await fetch(`${base}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...key }),
  })
  const { access_token, error_description, error } = await response.json()
  if (!response.ok) throw new Refusal(response.status, `No token: ${error_description ?? error}`)
  return access_token
}
