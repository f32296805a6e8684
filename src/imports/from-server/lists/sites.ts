import { siteRecords } from '../../../accounts/sites/sites.resource.ts'
import { NEW } from '../ledger.ts'
import type { Fresh, PageRun } from '../page-run.ts'
import { type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import type { SourceRow } from '../source.ts'

/** Domains and senders are confirmed by settings outside of this server, which are changed when it takes over. */
const kind: RecordKind = {
  records: siteRecords,
  without: ['custom_domain', 'sender_name', 'sender_email', 'reply_to_email'],
}

const readSite = (row: SourceRow): WantedRecord => recordOf(kind, row)

/**
 * Finds or creates the site here of each site of the other server: the one of an earlier run, the one that is named, the
 * one with its subdomain in this account, or a new one.
 *
 * @param into a site of the account that takes the only site there is
 * @returns sites here, by their ids there; NEW in a dry run that would create it
 */
export async function putSites(
  run: PageRun,
  rows: SourceRow[],
  into: string | null,
): Promise<Map<string, string>> {
  const own = await run.tx
    .selectFrom('sites')
    .select(['id', 'subdomain'])
    .where('account_id', '=', run.options.accountId)
    .where('archived_at', 'is', null)
    .execute()
  const here = ({ wanted, targetId }: Fresh<WantedRecord>): string | null =>
    targetId ?? into ?? own.find(({ subdomain }) => subdomain === wanted.attributes.subdomain)?.id ?? null
  const writer = recordWriter(run, kind, null)
  await run.put('sites', rows.map(readSite), {
    write: (fresh) =>
      run.each(fresh, async (one) => {
        const known = here(one)
        // It has its own name and settings.
        if (known !== null) return { status: 'unchanged', targetId: known }
        const subdomain = await freeSubdomain(run, String(one.wanted.attributes.subdomain))
        const attributes = { ...one.wanted.attributes, subdomain }
        const [outcome] = await writer.write([{ wanted: { ...one.wanted, attributes }, targetId: null }])
        return outcome!
      }),
    async check(fresh) {
      return fresh.map((one) => ({
        status: here(one) === null ? 'created' : 'unchanged',
        targetId: here(one),
      }))
    },
  })
  const targets = await run.targets(
    'sites',
    rows.map(({ id }) => id),
  )
  const { siteIds } = run.options
  for (const id of targets.values()) if (id !== NEW && !siteIds.includes(id)) siteIds.push(id)
  return targets
}

/** Sites of other accounts of the server have theirs. */
async function freeSubdomain({ tx }: PageRun, wanted: string): Promise<string> {
  const taken = await tx.selectFrom('sites').select('subdomain').execute()
  const names = new Set(taken.map(({ subdomain }) => subdomain))
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    if (!names.has(name)) return name
  }
}
