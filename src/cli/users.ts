import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { setPassword } from '../accounts/set-password.ts'
import { changeUserRole, createUser, listUsers, type User } from '../accounts/users.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { ACCOUNT_OPTION, changing, findOperator, findOperatorOf, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
}

export function userCommands(program: Command): void {
  const users = program.command('users').description('users of an account')
  subcommand(users, 'list', 'list the users with their roles')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(users, 'create <email>', 'add a user; `users password` sets the password')
    .requiredOption('--name <name>', 'name of the user')
    .requiredOption('--role <name>', 'name of the role: see `roles create`')
    .option(...ACCOUNT_OPTION)
    .action(create)
  subcommand(users, 'role <email> <role>', 'give a user another role')
    .option(...ACCOUNT_OPTION)
    .action(changeRole)
  subcommand(users, 'password <email>', 'set the password of a user, read from standard input as one line')
    .option(...ACCOUNT_OPTION)
    .action(password)
}

async function list({ json, account }: Options): Promise<void> {
  const users = await changing('users list', async (tx, app) =>
    listUsers(tx, (await findOperator(app, account)).accountId),
  )
  const rows = users.map(({ role, ...user }) => ({ ...user, role: role ?? 'owner' }))
  print({ json }, users, table(rows, 'There are no users.'))
}

async function create(
  email: string,
  { json, account, name, role }: Options & { name: string; role: string },
): Promise<void> {
  const user = await changing('users create', async (tx, app) => {
    const { accountId } = await findOperator(app, account)
    return createUser(tx, { accountId, name, email, role, now: app.clock.now() })
  })
  print({ json }, user, `${describe(user)}. Set a password with \`bestow users password ${user.email}\`.`)
}

async function changeRole(email: string, role: string, { json, account }: Options): Promise<void> {
  const user = await changing('users role', async (tx, app) => {
    const { accountId } = await findOperatorOf(app, 'user', email, account)
    return changeUserRole(tx, accountId, email, role)
  })
  print({ json }, user, `${describe(user)}.`)
}

async function password(email: string, { json, account }: Options): Promise<void> {
  const secret = await readLine()
  await withApp('users password', async (app) => {
    const { accountId } = await findOperatorOf(app, 'user', email, account)
    await setPassword(app, accountId, email, secret)
  })
  print({ json }, { email, changed: true }, `The password of ${email} is set.`)
}

async function readLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}

const describe = ({ id, email, role }: User) => `User ${id}, ${email}, has the role ${role}`
