import type { Command } from 'commander'
import { findAccounts } from '../accounts/find-accounts.ts'
import { setupLinkIfEmpty } from '../accounts/setup/set-up.ts'
import { createSignInLink } from '../accounts/sign-in-link.ts'
import { type DemoKey, ensureDemo } from '../demo/demo.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { keepDevelopmentAccess } from '../server/development-key.ts'
import { run } from '../server/run.ts'
import { openRuntime } from '../server/runtime.ts'
import { type OutputOptions, print, subcommand } from './output.ts'

export function serverCommands(program: Command): void {
  subcommand(program, 'start', 'run everything in one process, for development')
    .addHelpText('after', '\nCreates a demo account on the first start. docs/settings.md lists the settings.')
    .action(start)
  subcommand(program, 'serve', 'answer HTTP requests, in production').action((options: OutputOptions) =>
    runHalf(options, { role: 'serve', serve: true, work: false }),
  )
  subcommand(
    program,
    'worker',
    'run background jobs (e-mails, expiry, automations, webhooks), in production',
  ).action((options: OutputOptions) => runHalf(options, { role: 'worker', serve: false, work: true }))
  subcommand(program, 'migrate', 'bring the database up to date').action(migrate)
}

async function start(options: OutputOptions): Promise<void> {
  const parts = { role: 'start', mode: 'development', serve: true, work: true } as const
  const { runtime, url, prepared } = await run(parts, async ({ app }) => {
    const key = await ensureDemo(app)
    return { key, portal: await signInLink(app) }
  })
  const { app } = runtime
  const { key, portal } = prepared
  await keepDevelopmentAccess(app.config.DATA_DIR, { url, key })
  print(
    options,
    { url, data_dir: app.config.DATA_DIR, portal_url: portal, ...key },
    welcome(app, url, key, portal),
  )
}

/** Signs the owner of the oldest account in; the link of the previous start ends. */
async function signInLink(app: App): Promise<string | null> {
  const [account] = await findAccounts(app.db)
  if (!account) return null
  const { id: accountId, ownerId: userId } = account
  return inTransaction(app.db, (tx) => createSignInLink(app, tx, { accountId, userId }))
}

async function runHalf(
  options: OutputOptions,
  half: { role: string; serve: boolean; work: boolean },
): Promise<void> {
  const { runtime, url, prepared } = await run({ ...half, mode: 'production' }, ({ app }) =>
    half.serve ? setupLinkIfEmpty(app) : Promise.resolve(null),
  )
  const link = prepared === null ? {} : { setup_url: prepared }
  const what = half.serve ? { role: half.role, url, ...link } : { role: half.role }
  const words = half.serve
    ? [
        `Bestow answers at ${url}, as ${runtime.app.publicUrl}`,
        ...(prepared === null
          ? []
          : [`There is no account yet. Set one up within an hour, with this link: ${prepared}`]),
      ]
    : 'The Bestow worker is running.'
  print(options, what, words)
}

async function migrate(options: OutputOptions): Promise<void> {
  // Opening the database brings it up to date.
  const { migrated, close } = await openRuntime({ role: 'migrate', mode: 'development' })
  await close()
  print(options, { migrated }, ['The database is up to date.', ...migrated.map((name) => `Ran ${name}.`)])
}

function welcome({ config }: App, url: string, key: DemoKey | null, portal: string | null): string[] {
  const secret = key?.client_secret ?? '$CLIENT_SECRET'
  return [
    '',
    `  Bestow      ${url}   (API: ${url}/docs)`,
    ...(portal ? [`  Portal      ${portal}   (signs you in, once and within an hour)`] : []),
    `  Data        ${config.DATABASE_URL === null ? config.DATA_DIR : 'the database of DATABASE_URL'}`,
    config.SMTP_URL === null
      ? '  E-mails     stay in the outbox (SMTP_URL is not set): npx bestow emails list'
      : '  E-mails     go to the server of SMTP_URL',
    ...(key
      ? [
          `  Key         client_id      ${key.client_id}`,
          key.client_secret
            ? `              client_secret  ${key.client_secret}   (shown only once)`
            : `              client_secret  was shown on the first start; a new one: npx bestow keys rotate ${key.client_id}`,
          '',
          '  A token, a contact, a grant, to paste into another terminal:',
          '',
          ...commands(url, key.client_id, secret),
          '',
          '  Then read the welcome e-mail: npx bestow emails list',
        ]
      : ['  Key         none; make one: npx bestow keys create --name "My key"']),
    '  Ctrl-C stops the server.',
    '',
  ]
}

/** Ready to paste, one after the other, into any shell that has curl and sed. */
function commands(url: string, clientId: string, secret: string): string[] {
  const headers = [
    `    -H "Authorization: Bearer $TOKEN" \\`,
    `    -H 'Content-Type: application/vnd.api+json' \\`,
  ]
  return [
    `  TOKEN=$(curl -s ${url}/v1/oauth/token -d grant_type=client_credentials \\`,
    `    -d client_id=${clientId} \\`,
    `    -d client_secret=${secret} \\`,
    `    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    '',
    `  CONTACT=$(curl -s ${url}/v1/contacts \\`,
    ...headers,
    `    -d '{"data":{"type":"contacts","attributes":{"name":"Ada Lovelace","email":"ada'$RANDOM'@example.com"}}}' \\`,
    `    | sed 's/{"data":{"id":"\\([0-9]*\\)".*/\\1/'); echo "contact $CONTACT"`,
    '',
    `  curl -s ${url}/v1/contacts/$CONTACT/relationships/offers \\`,
    ...headers,
    `    -d '{"data":[{"type":"offers","id":"1"}]}'; echo`,
  ]
}
