import { type Command, Option } from 'commander'
import { dryRunOffers } from '../dry-runs/dry-run-offers.ts'
import type { Effect } from '../dry-runs/effect.ts'
import { type ChangeOffers, changeOffers, RENEWALS, type Renewal } from '../grants/change-offers.ts'
import { explainPeriod, readRenewal } from '../grants/read-renewal.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { findContactId, findOperatorOfContact } from './contacts.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { ACCOUNT_OPTION, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
  welcome?: boolean
  confirm?: boolean
  giftFrom?: string
  giftMessage?: string
  renew?: Renewal
  expiresAt?: string
  dryRun?: boolean
}

const DRY_RUN_OPTION = ['--dry-run', 'print what would happen and why, and change nothing'] as const

export function grantCommands(program: Command): void {
  subcommand(program, 'grant <contact> <offers...>', 'grant offers (ids) to a contact (id or e-mail)')
    .option('--no-welcome', 'do not send a welcome e-mail')
    .option('--confirm', 'send a confirmation e-mail for each offer')
    .option('--gift-from <name>', 'name of the giver, for the e-mail of a gift offer')
    .option('--gift-message <text>', 'message of the giver, for the e-mail of a gift offer')
    .addOption(
      new Option(
        '--renew <how>',
        'of offers that are held: add the access period to the end, or count it from now',
      ).choices(RENEWALS),
    )
    .option(
      '--expires-at <time>',
      'when access ends, also to offers that are held, for example 2027-01-31T00:00:00Z, or a day such as 2027-01-31 to its end',
    )
    .option(...DRY_RUN_OPTION)
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action((contact, offers, options) => change('grant', contact, offers, options))
  subcommand(program, 'revoke <contact> <offers...>', 'revoke offers (ids) from a contact (id or e-mail)')
    .option(...DRY_RUN_OPTION)
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action((contact, offers, options) => change('revoke', contact, offers, options))
}

async function change(
  mode: 'grant' | 'revoke',
  contact: string,
  offerIds: string[],
  options: Options,
): Promise<void> {
  const unusable = offerIds.find((id) => !isId(id))
  if (unusable !== undefined) throw new Error(`"${unusable}" is not an offer id.`)
  const { contactId, outcome, effects } = await withApp(mode, async (app) => {
    const operator = await findOperatorOfContact(app, contact, options)
    const id = await findContactId(app, operator, contact, options.site)
    const wanted: ChangeOffers = {
      mode,
      offerIds,
      caller: { account_id: operator.accountId },
      subject: { parent: 'contacts', id },
      options: {
        ...optionsOf(options),
        ...readRenewal({ renew: options.renew, expires_at: options.expiresAt }, mode),
      },
      idempotency: null,
    }
    const work = async () =>
      options.dryRun
        ? dryRunOffers(app, wanted, { permissions: null })
        : { outcome: await changeOffers(app, wanted), effects: null }
    const done = await work().catch((error) => {
      throw explainPeriod(error)
    })
    return { contactId: id, ...done }
  })
  if (outcome.error === 'offer_not_found')
    throw new Error(
      `There is no grantable offer with the id ${outcome.unknown_offer_id}. Nothing was changed.`,
    )
  if (outcome.error === 'email_taken')
    throw new Error(
      'The customer of another contact of the site already has this e-mail. Nothing was changed.',
    )
  if (outcome.error) throw new Error(`There is no contact ${contact}.`)
  if (effects) {
    const result = { contact_id: contactId, ...outcome, dry_run: true, effects }
    print(options, result, [...effects.flatMap(linesOf), 'This was a dry run: nothing was changed.'])
    return
  }
  const said = outcome.offers?.map(({ id, status }) => `Offer ${id}: ${status.replace('_', ' ')}`) ?? []
  const ended = outcome.revoked.map((id) => `Offer ${id}: revoked`)
  print(options, { contact_id: contactId, ...outcome }, [
    ...said,
    ...ended,
    `Contact ${contactId} holds: ${outcome.held.join(', ') || 'nothing'}`,
  ])
}

/** An effect, and below it the steps of an automation with their times. */
const linesOf = ({ sentence, steps = [] }: Effect): string[] => [
  sentence,
  ...steps.map(({ at, sentence: step }) => `  ${at}  ${step}`),
]

function optionsOf({ welcome, confirm, giftFrom, giftMessage }: Options): ChangeOffers['options'] {
  const hasGift = giftFrom !== undefined || giftMessage !== undefined
  return {
    actor: OPERATOR,
    source: 'cli',
    request_id: null,
    send_customer_welcome_email: welcome,
    send_offer_grant_email: confirm,
    gift: hasGift ? { from_name: giftFrom, message: giftMessage } : undefined,
  }
}
