import { type Command, Option } from 'commander'
import { type ChangeOffers, changeOffers, RENEWALS, type Renewal } from '../grants/change-offers.ts'
import { readRenewal } from '../grants/read-renewal.ts'
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
}

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
      'when access ends, also to offers that are held, for example 2027-01-31T00:00:00Z',
    )
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action((contact, offers, options) => change('grant', contact, offers, options))
  subcommand(program, 'revoke <contact> <offers...>', 'revoke offers (ids) from a contact (id or e-mail)')
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
  const { contactId, outcome } = await withApp(mode, async (app) => {
    const operator = await findOperatorOfContact(app, contact, options)
    const id = await findContactId(app, operator, contact, options.site)
    return {
      contactId: id,
      outcome: await changeOffers(app, {
        mode,
        offerIds,
        caller: { account_id: operator.accountId },
        subject: { parent: 'contacts', id },
        options: {
          ...optionsOf(options),
          ...readRenewal({ renew: options.renew, expires_at: options.expiresAt }, mode, app.clock.now()),
        },
        idempotency: null,
      }),
    }
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
  const said = outcome.offers?.map(({ id, status }) => `Offer ${id}: ${status.replace('_', ' ')}`) ?? []
  const ended = outcome.revoked.map((id) => `Offer ${id}: revoked`)
  print(options, { contact_id: contactId, ...outcome }, [
    ...said,
    ...ended,
    `Contact ${contactId} holds: ${outcome.held.join(', ') || 'nothing'}`,
  ])
}

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
