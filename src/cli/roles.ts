import type { Command } from 'commander'
import { roleRecords } from '../accounts/roles/roles.resource.ts'
import { changeRole, createRole, findRole, listRoles, type Role } from '../accounts/roles.ts'
import type { App } from '../platform/app.ts'
import { permissionsOf } from '../platform/auth/permissions.ts'
import type { Tx } from '../platform/db/database.ts'
import { asOperator, endRecord } from '../platform/records/records.ts'
import { commaSeparated } from '../platform/text/comma-separated.ts'
import { resources } from '../resources.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { onOneLine } from './terminal.ts'
import { ACCOUNT_OPTION, changing, findOperator } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
}

type Save = typeof createRole

export function roleCommands(program: Command): void {
  const roles = program.command('roles').description('what the users of an account may do')
  subcommand(roles, 'list', 'list the roles with their permissions')
    .option(...ACCOUNT_OPTION)
    .action(list)
  for (const [name, description, save] of [
    ['create', 'create a role', createRole],
    ['edit', 'replace the permissions of a role, at once for all its users and their API keys', changeRole],
  ] as const)
    subcommand(roles, `${name} <name>`, description)
      .requiredOption(
        '--permissions <list>',
        `comma-separated permissions: ${permissionsOf(resources).join(', ')}`,
      )
      .option(...ACCOUNT_OPTION)
      .action((role: string, options: Options & { permissions: string }) =>
        saveRole(`roles ${name}`, role, options, save),
      )
  subcommand(roles, 'delete <name>', 'delete a role that no user and no open invitation has')
    .option(...ACCOUNT_OPTION)
    .action(destroy)
}

async function destroy(name: string, { json, account }: Options): Promise<void> {
  await changing('roles delete', async (tx, app) => {
    const { accountId, scope } = await findOperator(app, account)
    const { id } = await findRole(tx, accountId, name)
    await endRecord(asOperator(app, tx, accountId, scope.siteIds), roleRecords, id)
  })
  print({ json }, { name, deleted: true }, onOneLine(`The role ${name} is deleted.`))
}

async function list({ json, account }: Options): Promise<void> {
  const roles = await changing('roles list', async (tx, app) =>
    listRoles(tx, (await findOperator(app, account)).accountId),
  )
  const rows = roles.map((role) => ({ ...role, permissions: listOf(role) }))
  print({ json }, roles, table(rows, 'There are no roles. Create one with `bestow roles create`.'))
}

async function saveRole(
  command: string,
  name: string,
  { json, account, permissions }: Options & { permissions: string },
  save: Save,
): Promise<void> {
  const role = await changing(command, async (tx: Tx, app: App) => {
    const { accountId } = await findOperator(app, account)
    const now = app.clock.now()
    return save(app.resources, tx, { accountId, name, permissions: commaSeparated(permissions), now })
  })
  print({ json }, role, onOneLine(describe(role)))
}

const listOf = ({ permissions }: Role) => permissions?.join(', ') ?? 'all'

const describe = (role: Role) => `Role ${role.id}, ${role.name}: ${listOf(role)}`
