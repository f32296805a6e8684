import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { previewTemplate } from '../emails/preview-template.ts'
import { readOwnWords } from '../emails/read-own-words.ts'
import {
  countWaiting,
  type InvitationWish,
  type InvitedMember,
  inviteMembers,
  MOST_INVITED,
} from '../members/invitations/invite-members.ts'
import type { App } from '../platform/app.ts'
import { inRolledBackTransaction, inTransaction } from '../platform/db/database.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { drawProgress } from './progress.ts'
import { ACCOUNT_OPTION, chooseSite, findOperatorOf, OPERATOR, SITE_OPTION, withApp } from './with-app.ts'

interface Options extends OutputOptions {
  account?: string
  site?: string
  offer?: string
  segment?: string
  where?: string
  batch: string
  again?: boolean
  dryRun?: boolean
  preview?: boolean
  html?: string
}

const MOST_SHOWN = 10

export function memberCommands(program: Command): void {
  const command = program.command('members').description('members: customers who sign in')
  subcommand(
    command,
    'invite',
    'send members who have never signed in the welcome e-mail, with a link to sign in for the first time',
  )
    .option('--offer <id>', 'only who holds this offer')
    .option('--segment <id>', 'only who is in this segment')
    .option('--where <filter>', `only who matches filters of contacts, as in '{"has_tag_id": "3"}'`)
    .option('--batch <count>', `how many at a time, at most ${MOST_INVITED}`, '500')
    .option('--again', 'also who was invited more than 24 hours ago')
    .option('--dry-run', 'say how many would be invited, and who comes first')
    .option('--preview', 'the same, with the e-mail to the first of them as text')
    .option('--html <file>', 'with --preview, write the e-mail as HTML')
    .option(...SITE_OPTION)
    .option(...ACCOUNT_OPTION)
    .action(invite)
}

async function invite(options: Options): Promise<void> {
  const size = readBatch(options.batch)
  await withApp('members invite', async (app) => {
    const { scope } = await findOperatorOf(app, 'site', options.site ?? '', options.account)
    const wish: InvitationWish = {
      siteId: chooseSite(scope, options.site),
      filter: readFilter(options),
      again: options.again === true,
    }
    if (options.dryRun || options.preview) await preview(app, scope, wish, options)
    else await inviteAll(app, scope, wish, size, options)
  })
}

function readBatch(given: string): number {
  const size = Number(given)
  if (Number.isInteger(size) && size >= 1 && size <= MOST_INVITED) return size
  throw new Error(`--batch must be a whole number from 1 to ${MOST_INVITED}.`)
}

function readFilter({ offer, segment, where }: Options): Record<string, unknown> | null {
  const filter = {
    ...(where !== undefined && readJson(where)),
    ...(offer !== undefined && { has_offer_id: offer }),
    ...(segment !== undefined && { segment_id: segment }),
  }
  return Object.keys(filter).length === 0 ? null : filter
}

function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // What it must be is said below.
  }
  throw new Error(`--where must be an object of filters, as in '{"has_tag_id": "3"}'.`)
}

const originNow = (app: App) => ({ actor: OPERATOR, requestId: null, now: app.clock.now() })

/** Who would be invited; nobody is. */
async function preview(app: App, scope: LoadScope, wish: InvitationWish, options: Options): Promise<void> {
  const { count, first } = await inRolledBackTransaction(app.db, async (tx) => ({
    count: await countWaiting(tx, wish, scope, app.clock.now()),
    first: await inviteMembers(tx, wish, MOST_SHOWN, scope, originNow(app)),
  }))
  const email = options.preview ? await emailTo(app, wish.siteId, first[0]) : null
  if (options.html !== undefined && email) await writeFile(options.html, email.html)
  const { html: _, ...shown } = email ?? { html: '' }
  print(options, { dry_run: true, members: count, first, ...(email && { email: shown }) }, [
    `${count.toLocaleString('en')} members would be invited.`,
    ...table(first.map(rowOf), 'Nobody holds an offer, has never signed in and was not invited yet.'),
    ...(email ? ['', `Subject: ${email.subject}`, '', email.text] : []),
    ...(email && options.html ? [`As HTML: ${options.html}`] : []),
  ])
}

const rowOf = ({ contact_id, name, email }: InvitedMember) => ({ contact: contact_id, name, email })

const emailTo = async (app: App, siteId: string, member?: InvitedMember) =>
  previewTemplate(
    app,
    app.db,
    siteId,
    'welcome',
    await readOwnWords(app.db, siteId, 'welcome'),
    member?.contact_id ?? null,
  )

/** Batch by batch, each in a transaction: who was invited stays so when it is interrupted. */
async function inviteAll(
  app: App,
  scope: LoadScope,
  wish: InvitationWish,
  size: number,
  options: Options,
): Promise<void> {
  const begun = performance.now()
  const total = await inTransaction(app.db, (tx) => countWaiting(tx, wish, scope, app.clock.now()))
  let invited = 0
  for (;;) {
    const batch = await inTransaction(app.db, (tx) => inviteMembers(tx, wish, size, scope, originNow(app)))
    invited += batch.length
    if (!options.json) drawProgress({ done: invited, total: Math.max(total, invited), begun })
    if (batch.length < size) break
  }
  app.onEvents()
  const seconds = (performance.now() - begun) / 1_000
  const rate = Math.round(invited / Math.max(seconds, 0.001))
  print(options, { invited }, [
    `${invited.toLocaleString('en')} members invited${invited > 0 ? `, ${rate.toLocaleString('en')}/s` : ''}. The worker sends the e-mails.`,
  ])
}
