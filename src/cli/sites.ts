import type { Command } from 'commander'
import { type SiteChanges, updateSite } from '../accounts/sites/update-site.ts'
import { languages } from '../platform/text/languages.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { ACCOUNT_OPTION, changing, findOperator, findOperatorOf, withApp } from './with-app.ts'

interface SetOptions extends OutputOptions {
  account?: string
  title?: string
  color?: string
  logo?: string
  domain?: string
  language?: string
  confirmGrants?: string
  automationEmails?: string
}

export function siteCommands(program: Command): void {
  const command = program.command('sites').description('list and configure sites')
  subcommand(command, 'list', 'list the sites')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(command, 'set <id>', 'change a site; "none" removes a colour, logo or domain')
    .option('--title <title>')
    .option('--color <color>', 'colour of buttons and links, for example #1f6f5c')
    .option('--logo <address>', 'https URL of the logo')
    .option('--domain <host>', 'host name of the members’ pages, for example members.example.com')
    .option('--language <code>', `language for members whose own is unknown: ${languages.join(' or ')}`)
    .option('--confirm-grants <on|off>', 'whether every grant sends a confirmation e-mail')
    .option('--automation-emails <count>', 'maximum number of automation e-mails per hour; more are delayed')
    .option(...ACCOUNT_OPTION)
    .action(set)
}

async function list({ json, account }: OutputOptions & { account?: string }): Promise<void> {
  const sites = await withApp('sites list', async (app) => {
    const { accountId } = await findOperator(app, account)
    const columns = [
      'id',
      'title',
      'subdomain',
      'custom_domain',
      'language',
      'color',
      'logo_url',
      'send_offer_grant_email',
      'automation_emails_per_hour',
    ] as const
    return app.db
      .selectFrom('sites')
      .select(columns)
      .where('account_id', '=', accountId)
      .orderBy('id')
      .execute()
  })
  const rows = sites.map(({ id, title, subdomain, custom_domain }) => ({
    id,
    title,
    subdomain,
    domain: custom_domain ?? '-',
  }))
  print({ json }, sites, table(rows, 'There are no sites. Create one with `bestow accounts create`.'))
}

async function set(
  id: string,
  { json, account, title, color, logo, domain, language, confirmGrants, automationEmails }: SetOptions,
): Promise<void> {
  if (confirmGrants !== undefined && !['on', 'off'].includes(confirmGrants))
    throw new Error('--confirm-grants must be on or off.')
  if (automationEmails !== undefined && !/^[1-9]\d{0,8}$/.test(automationEmails))
    throw new Error('--automation-emails must be a whole number of at least 1.')
  const changes: SiteChanges = {
    ...(title !== undefined && { title }),
    ...(color !== undefined && { color: orNone(color) }),
    ...(logo !== undefined && { logo_url: orNone(logo) }),
    ...(domain !== undefined && { custom_domain: orNone(domain) }),
    ...(language !== undefined && { language }),
    ...(confirmGrants !== undefined && { send_offer_grant_email: confirmGrants === 'on' }),
    ...(automationEmails !== undefined && { automation_emails_per_hour: Number(automationEmails) }),
  }
  if (Object.keys(changes).length === 0)
    throw new Error('Nothing to change. Give at least one option; see `bestow sites set --help`.')
  await changing('sites set', async (tx, app) => {
    const { scope } = await findOperatorOf(app, 'site', id, account)
    await updateSite(app, tx, scope.siteIds, id, changes)
  })
  print({ json }, { id, ...changes }, `Site ${id} is changed.`)
}

const orNone = (value: string) => (value === 'none' ? null : value)
