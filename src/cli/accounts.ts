import type { Command } from 'commander'
import { createAccount } from '../accounts/create-account.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { changing } from './with-app.ts'

interface CreateOptions extends OutputOptions {
  name: string
  owner: string
  email: string
  site: string
  subdomain: string
}

export function accountCommands(program: Command): void {
  const accounts = program
    .command('accounts')
    .description('manage accounts, with their sites, users and API keys')
  subcommand(
    accounts,
    'create',
    'create an account with a site, an owner and an API key with all permissions',
  )
    .requiredOption('--name <name>', 'name of the account')
    .requiredOption('--owner <name>', 'name of the owner')
    .requiredOption('--email <address>', 'e-mail of the owner')
    .requiredOption('--site <title>', 'title of the first site')
    .requiredOption('--subdomain <name>', 'subdomain of that site, for example studio')
    .action(create)
}

async function create({ json, name, owner, email, site, subdomain }: CreateOptions): Promise<void> {
  const made = await changing('accounts create', (tx, app) =>
    createAccount(tx, {
      name,
      ownerName: owner,
      ownerEmail: email,
      siteTitle: site,
      subdomain,
      now: app.clock.now(),
    }),
  )
  print({ json }, made, [
    `Account ${made.account_id} with site ${made.site_id} and owner ${made.user_id}.`,
    `client_id      ${made.client_id}`,
    `client_secret  ${made.client_secret}   (shown only once)`,
  ])
}
