import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { invitationRecords } from '../accounts/invitations/invitations.resource.ts'
import { findRole } from '../accounts/roles.ts'
import { findUserByEmail, setPassword } from '../accounts/set-password.ts'
import { createSignInLink } from '../accounts/sign-in-link.ts'
import { userRecords } from '../accounts/users/users.resource.ts'
import { changeUserRole, createUser, listUsers, type User } from '../accounts/users.ts'
import type { Values } from '../platform/jsonapi/read-attributes.ts'
import { asOperator, createRecord, endRecord } from '../platform/records/records.ts'
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
  subcommand(users, 'invite <email>', 'send an invitation to become a user; prints its link')
    .requiredOption('--role <name>', 'name of the role: see `roles list`')
    .option('--name <name>', 'name of the person')
    .option(...ACCOUNT_OPTION)
    .action(invite)
  subcommand(users, 'link <email>', 'print a link that signs the user in, once and within an hour')
    .option(...ACCOUNT_OPTION)
    .action(link)
  subcommand(users, 'remove <email>', 'remove a user, and end their API keys, sessions and tokens')
    .option(...ACCOUNT_OPTION)
    .action(remove)
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
    return changeUserRole(tx, accountId, email, role, app.clock.now())
  })
  print({ json }, user, `${describe(user)}.`)
}

async function invite(
  email: string,
  { json, account, name, role }: Options & { role: string; name?: string },
): Promise<void> {
  const invitation = await changing('users invite', async (tx, app) => {
    const { accountId, scope } = await findOperator(app, account)
    const shown: Values = {}
    const writing = {
      ...asOperator(app, tx, accountId, scope.siteIds),
      showOnce: (more: Values) => void Object.assign(shown, more),
    }
    const { id: parentId } = await findRole(tx, accountId, role)
    const attributes = { email, ...(name !== undefined && { name }) }
    const { id } = await createRecord(writing, invitationRecords, { siteId: null, parentId, attributes })
    return { id, email, link: String(shown.link) }
  })
  print({ json }, invitation, `${email} is invited. The link in the e-mail: ${invitation.link}`)
}

async function link(email: string, { json, account }: Options): Promise<void> {
  const url = await changing('users link', async (tx, app) => {
    const { accountId } = await findOperatorOf(app, 'user', email, account)
    const { id: userId } = await findUserByEmail(tx, accountId, email)
    return createSignInLink(app, tx, { accountId, userId })
  })
  print({ json }, { link: url }, url)
}

async function remove(email: string, { json, account }: Options): Promise<void> {
  await changing('users remove', async (tx, app) => {
    const { accountId, scope } = await findOperatorOf(app, 'user', email, account)
    const { id } = await findUserByEmail(tx, accountId, email)
    await endRecord(asOperator(app, tx, accountId, scope.siteIds), userRecords, id)
  })
  print({ json }, { email, removed: true }, `${email} is removed, with all API keys, sessions and tokens.`)
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
