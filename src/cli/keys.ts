import type { Command } from 'commander'
import {
  type ApiKey,
  createApiKey,
  deleteApiKey,
  type FreshApiKey,
  listApiKeys,
  rotateApiKey,
} from '../accounts/api-keys/api-keys.ts'
import type { App } from '../platform/app.ts'
import { permissionsOf } from '../platform/auth/permissions.ts'
import type { Tx } from '../platform/db/database.ts'
import { commaSeparated } from '../platform/text/comma-separated.ts'
import { resources } from '../resources.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { onOneLine } from './terminal.ts'
import { ACCOUNT_OPTION, changing, findOperator, findOperatorOf } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
}

export function keyCommands(program: Command): void {
  const keys = program.command('keys').description('API keys')
  subcommand(keys, 'create', 'create an API key; the secret is shown only once')
    .requiredOption('--name <name>', 'name of the key')
    .option(
      '--permissions <list>',
      `comma-separated permissions (default: all): ${permissionsOf(resources).join(', ')}`,
    )
    .option(...ACCOUNT_OPTION)
    .action(create)
  subcommand(keys, 'list', 'list the API keys')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(keys, 'rotate <id>', 'replace the secret of a key (id or client_id) and revoke its tokens')
    .option(...ACCOUNT_OPTION)
    .action(rotate)
  subcommand(keys, 'delete <id>', 'delete a key (id or client_id) and revoke its tokens')
    .option(...ACCOUNT_OPTION)
    .action(destroy)
}

async function create({
  json,
  account,
  name,
  permissions: wanted,
}: Options & { name: string; permissions?: string }): Promise<void> {
  const key = await changing('keys create', async (tx, app) => {
    const { accountId, userId } = await findOperator(app, account)
    const list = wanted === undefined ? null : commaSeparated(wanted)
    if (list?.length === 0)
      throw new Error('--permissions is empty. Omit it to give the key all permissions.')
    return createApiKey(app, tx, { accountId, userId, name, wanted: list, now: app.clock.now() })
  })
  print({ json }, key, describeFresh(key))
}

async function list({ json, account }: Options): Promise<void> {
  const keys = await changing('keys list', async (tx, app) =>
    listApiKeys(tx, (await findOperator(app, account)).accountId),
  )
  const rows = keys.map(({ id, name, client_id, permissions: may }) => ({
    id,
    client_id,
    name,
    permissions: describePermissions(may),
  }))
  print({ json }, keys, table(rows, 'There are no API keys. Create one with `bestow keys create`.'))
}

async function rotate(given: string, { json, account }: Options): Promise<void> {
  const key = await changing('keys rotate', async (tx, app) => {
    const { accountId, id } = await findKey(tx, app, given, account)
    return rotateApiKey(tx, accountId, id, app.clock.now())
  })
  print({ json }, key, describeFresh(key))
}

async function destroy(given: string, { json, account }: Options): Promise<void> {
  const id = await changing('keys delete', async (tx, app) => {
    const key = await findKey(tx, app, given, account)
    await deleteApiKey(tx, key.accountId, key.id, app.clock.now())
    return key.id
  })
  print({ json }, { id, deleted: true }, `Key ${id} is deleted and its tokens are revoked.`)
}

async function findKey(
  tx: Tx,
  app: App,
  given: string,
  account?: string,
): Promise<{ accountId: string; id: string }> {
  const { accountId } = await findOperatorOf(app, 'key', given, account)
  const key = (await listApiKeys(tx, accountId)).find(
    ({ id, client_id }) => given === id || given === client_id,
  )
  if (!key) throw new Error(`There is no key ${given}; \`bestow keys list\` shows them.`)
  return { accountId, id: key.id }
}

const describePermissions = (may: ApiKey['permissions']) => may?.join(', ') ?? 'all'

const describeFresh = (key: FreshApiKey): string[] => [
  onOneLine(`Key ${key.id}, ${key.name}: ${describePermissions(key.permissions)}`),
  `client_id      ${key.client_id}`,
  `client_secret  ${key.client_secret}   (shown only once)`,
]
