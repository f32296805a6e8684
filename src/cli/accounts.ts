import type { Command } from 'commander'
import { createAccount } from '../accounts/create-account.ts'
import { listAccounts } from '../accounts/list-accounts.ts'
import { createSetupLink } from '../accounts/setup/set-up.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { changing, withApp } from './with-app.ts'

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
  subcommand(
    accounts,
    'setup-link',
    'print a link with which somebody sets up an account in a browser, once and within an hour',
  ).action(setupLink)
  subcommand(accounts, 'list', 'list accounts with their owners and sites').action(list)
}

async function create({ json, name, owner, email, site, subdomain }: CreateOptions): Promise<void> {
  const made = await changing('accounts create', (tx, app) =>
    createAccount(app, tx, {
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

async function setupLink({ json }: OutputOptions): Promise<void> {
  const link = await withApp('accounts setup-link', (app) => createSetupLink(app))
  print({ json }, { link }, link)
}

async function list({ json }: OutputOptions): Promise<void> {
  const accounts = await withApp('accounts list', (app) => listAccounts(app.db))
  const rows = accounts.map(({ id, name, owner_email, site_ids }) => ({
    id,
    name,
    owner: owner_email,
    sites: site_ids.join(', '),
  }))
  print({ json }, accounts, table(rows, 'There is no account yet; create one with `bestow accounts create`.'))
}
