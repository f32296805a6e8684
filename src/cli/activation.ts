import type { Command } from 'commander'
import {
  type ActivationUrls,
  activationUrls,
  KEEP_OLD_HOURS,
  parseKeepOldHours,
} from '../catalogue/offers/activation-token.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { ACCOUNT_OPTION, changing, findOperatorOf } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  rotate?: boolean
  keepOldHours?: string
}

export function activationCommand(offers: Command): void {
  subcommand(
    offers,
    'activation-urls <id>',
    'print the secret URLs at which a shop grants or revokes an offer',
  )
    .option('--rotate', 'replace them')
    .option(
      '--keep-old-hours <hours>',
      `with --rotate: hours for which the old ones stay valid, 0 for none; ${KEEP_OLD_HOURS} without it`,
    )
    .option(...ACCOUNT_OPTION)
    .action(show)
}

async function show(id: string, { json, account, rotate, keepOldHours }: Options): Promise<void> {
  if (keepOldHours !== undefined && !rotate) throw new Error('--keep-old-hours requires --rotate.')
  const hours = rotate ? hoursIn(keepOldHours) : undefined
  const urls = await changing('offers activation-urls', async (tx, app) => {
    const { scope } = await findOperatorOf(app, 'offer', id, account)
    return activationUrls(app, tx, scope, id, hours)
  })
  print({ json }, urls, linesOf(urls))
}

function hoursIn(given = String(KEEP_OLD_HOURS)): number {
  try {
    return parseKeepOldHours(given)
  } catch (error) {
    throw new Error(`--keep-old-hours ${(error as Error).message}.`)
  }
}

const linesOf = ({ activate_url, deactivate_url, previous_valid_until: until }: ActivationUrls) => [
  `Activate:   ${activate_url}`,
  `Deactivate: ${deactivate_url}`,
  ...(until ? [`Earlier URLs are valid until ${until.toISOString()}.`] : []),
]
