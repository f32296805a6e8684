import type { Command } from 'commander'
import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { type OutputOptions, print, subcommand } from './output.ts'
import { withApp } from './with-app.ts'

/** Where secrets are kept sealed. */
const SEALED = [
  { table: 'hooks', column: 'secret' },
  { table: 'hook_secrets', column: 'secret' },
  { table: 'offers', column: 'activation_token' },
  { table: 'former_activation_tokens', column: 'token' },
  { table: 'provider_accounts', column: 'secret_key' },
  { table: 'provider_accounts', column: 'webhook_secret' },
  { table: 'provider_accounts', column: 'previous_webhook_secret' },
]
const BATCH = 1_000

export function secretCommands(program: Command): void {
  const secrets = program.command('secrets').description('secrets that are stored encrypted with SECRET_KEY')
  subcommand(
    secrets,
    'reseal',
    're-encrypt secrets from SECRET_KEY_PREVIOUS with SECRET_KEY; afterwards SECRET_KEY_PREVIOUS can be removed',
  ).action(reseal)
}

async function reseal(options: OutputOptions): Promise<void> {
  const counts = await withApp('secrets reseal', async (app) => {
    const resealed: number[] = []
    for (const place of SEALED) resealed.push(await resealAll(app, place))
    return resealed
  })
  const resealed = counts.reduce((sum, count) => sum + count, 0)
  const words = `Resealed ${resealed} secrets. All secrets are encrypted with SECRET_KEY; SECRET_KEY_PREVIOUS can be removed.`
  print(options, { resealed }, words)
}

interface Sealed {
  site_id: string
  id: string
  sealed: string
}

/** Row by row, so that it can be interrupted. @returns how many there were */
async function resealAll(
  { db, sealer }: App,
  { table, column }: { table: string; column: string },
): Promise<number> {
  const [from, secret] = [sql.table(table), sql.ref(column)]
  let count = 0
  for (let last = '0'; ; ) {
    const { rows } = await sql<Sealed>`
      select site_id, id, ${secret} as sealed from ${from}
       where id > ${last} and ${secret} is not null order by id limit ${BATCH}`.execute(db)
    if (rows.length === 0) return count
    for (const { site_id, id, sealed } of rows.filter(({ sealed }) => !sealer.isCurrent(sealed))) {
      // One that is replaced meanwhile is sealed under the new key already.
      const { numAffectedRows } = await sql`
        update ${from} set ${secret} = ${sealer.seal(sealer.unseal(sealed))}
         where site_id = ${site_id} and id = ${id} and ${secret} = ${sealed}`.execute(db)
      count += Number(numAffectedRows ?? 0)
    }
    last = rows.at(-1)!.id
  }
}
