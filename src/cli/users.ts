import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { setPassword } from '../accounts/set-password.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { ACCOUNT_OPTION, findOperatorOf, withApp } from './with-app.ts'

export function userCommands(program: Command): void {
  const users = program.command('users').description('users of an account')
  subcommand(users, 'password <email>', 'set the password of a user, read from standard input as one line')
    .option(...ACCOUNT_OPTION)
    .action(password)
}

async function password(
  email: string,
  { json, account }: OutputOptions & { account?: string },
): Promise<void> {
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
