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
  const command = program.command('sites').description('sites: how they look, and where members find them')
  subcommand(command, 'list', 'list the sites')
    .option(...ACCOUNT_OPTION)
    .action(list)
  subcommand(command, 'set <id>', 'change a site; "none" takes a colour, logo or domain away')
    .option('--title <title>')
    .option('--color <color>', 'of buttons and links, as in #1f6f5c')
    .option('--logo <address>', 'an https address')
    .option('--domain <host>', 'host name of the members’ pages, as in members.example.com')
    .option('--language <code>', `of members whose own language is not known: ${languages.join(' or ')}`)
    .option('--confirm-grants <on|off>', 'whether every grant is confirmed by e-mail')
    .option('--automation-emails <count>', 'e-mails that automations may send in an hour; more of them wait')
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
  print({ json }, sites, table(rows, 'There is no site; make one with `bestow accounts create`.'))
}

async function set(
  id: string,
  { json, account, title, color, logo, domain, language, confirmGrants, automationEmails }: SetOptions,
): Promise<void> {
  if (confirmGrants !== undefined && !['on', 'off'].includes(confirmGrants))
    throw new Error('--confirm-grants must be on or off.')
  if (automationEmails !== undefined && !/^[1-9]\d{0,8}$/.test(automationEmails))
    throw new Error('--automation-emails must be a whole number from 1 on.')
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
    throw new Error(
      'Nothing to change: give one or more of the options that `bestow sites set --help` lists.',
    )
  await changing('sites set', async (tx, app) => {
    const { scope } = await findOperatorOf(app, 'site', id, account)
    await updateSite(app, tx, scope.siteIds, id, changes)
  })
  print({ json }, { id, ...changes }, `Site ${id} is changed.`)
}

const orNone = (value: string) => (value === 'none' ? null : value)
