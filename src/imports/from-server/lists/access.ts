import { changePeriod, lockGrant } from '../../../grants/change-period.ts'
import { grantInTransaction, revokeInTransaction } from '../../../grants/grant-in-transaction.ts'
import { heldOffers } from '../../../grants/held.ts'
import { NEW } from '../ledger.ts'
import { type Outcome, skipped } from '../outcome.ts'
import type { Fresh, PageRun, Wanted } from '../page-run.ts'
import { manyIn, NotThere, oneIn, type Source, type SourcePage, type SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'

interface WantedGrant extends Wanted {
  contact: string
  offer: string
}

/**
 * What customers hold there and not here, after their purchases: it is granted. What an earlier run granted, and is not
 * held there any more, is revoked.
 */
export const access: SourceList = {
  name: 'grants',
  path: '/v1/customers',
  isBySite: true,
  query: { sort: 'created_at', include: 'offers' },
  addDetails: withOffers,
  async write(run, siteId, rows) {
    const wanted = rows.flatMap(grantsOf)
    await run.put('grants', wanted, {
      write: (fresh) => grant(run, siteId, fresh),
      check: (fresh) => checkGrants(run, siteId, fresh),
    })
    if (!run.options.isDryRun) for (const row of rows) await revokeOthers(run, siteId, row)
  },
}

/** A server may show what customers hold only where it is asked for alone. */
async function withOffers(source: Source, page: SourcePage): Promise<SourcePage> {
  for (const row of page.rows) {
    if (manyIn(row, 'offers') !== undefined) continue
    try {
      row.relationships.offers = { data: await allOffers(source, row.id) }
    } catch (error) {
      if (!(error instanceof NotThere)) throw error
    }
  }
  return page
}

async function allOffers(source: Source, id: string) {
  const path = `/v1/customers/${id}/relationships/offers`
  const { rows } = await source.page(path, {}, 1, 500)
  return rows.map((row) => ({ type: 'offers', id: row.id }))
}

const nameOf = (customerId: string, offerId: string) => `${customerId}/${offerId}`

function grantsOf(row: SourceRow): WantedGrant[] {
  const contact = oneIn(row, 'contact') ?? ''
  return (manyIn(row, 'offers') ?? []).map((offer) => ({ id: nameOf(row.id, offer), contact, offer }))
}

/** The contacts and offers of grants, by their ids there, and what the contacts hold here. */
async function whatIsHere(run: PageRun, siteId: string, fresh: Fresh<WantedGrant>[]) {
  const contacts = await run.targets(
    'contacts',
    fresh.map(({ wanted }) => wanted.contact),
  )
  const offers = await run.targets(
    'offers',
    fresh.map(({ wanted }) => wanted.offer),
  )
  return { contacts, offers, held: await heldOffers(run.tx, siteId, [...contacts.values()], run.origin.now) }
}

async function grant(run: PageRun, siteId: string, fresh: Fresh<WantedGrant>[]): Promise<Outcome[]> {
  const { contacts, offers, held } = await whatIsHere(run, siteId, fresh)
  const missing = new Map<string, string[]>()
  for (const { wanted } of fresh) {
    const [contactId, offerId] = [contacts.get(wanted.contact), offers.get(wanted.offer)]
    if (contactId === undefined || offerId === undefined || held.get(contactId)?.has(offerId)) continue
    missing.set(contactId, [...(missing.get(contactId) ?? []), offerId])
  }
  const changes = [...missing].map(([contactId, offerIds]) => ({
    contactId,
    offerIds,
    origin: run.origin,
    source: 'import' as const,
  }))
  const results = await grantInTransaction(run.tx, siteId, changes, run.origin.now)
  const resultOf = new Map(changes.map(({ contactId }, index) => [contactId, results[index]!]))
  return fresh.map(({ wanted }) => {
    const [contactId, offerId] = [contacts.get(wanted.contact), offers.get(wanted.offer)]
    if (contactId === undefined) return skipped('Its contact is not here.')
    if (offerId === undefined) return skipped(`The offer ${wanted.offer} is not here.`)
    const known = held.get(contactId)
    if (known?.has(offerId)) return { status: 'unchanged', targetId: known.get(offerId) ?? null }
    const result = resultOf.get(contactId)
    if (result?.error !== undefined) return skipped(`It could not be granted: ${result.error}.`)
    const grantId = result?.granted[offerId]?.grant_id
    return grantId === undefined
      ? skipped('It could not be granted: the contact or the offer is not here any more.')
      : { status: 'created', targetId: grantId }
  })
}

/** What the purchases of a dry run would give need not be granted. */
async function checkGrants(run: PageRun, siteId: string, fresh: Fresh<WantedGrant>[]): Promise<Outcome[]> {
  const names = fresh.map(({ wanted }) => wanted.id)
  const willHold = await run.targets('held', names)
  const { contacts, offers, held } = await whatIsHere(run, siteId, fresh)
  return fresh.map(({ wanted }) => {
    const known = held.get(contacts.get(wanted.contact) ?? '')
    const isHeld = known?.has(offers.get(wanted.offer) ?? '') ?? false
    const grantId = known?.get(offers.get(wanted.offer) ?? '')
    return { status: isHeld || willHold.has(wanted.id) ? 'unchanged' : 'created', targetId: grantId ?? null }
  })
}

/** What was granted by an earlier run and is not held there any more. */
async function revokeOthers(run: PageRun, siteId: string, row: SourceRow): Promise<void> {
  const { ledger } = run.options
  const named = new Set(grantsOf(row).map(({ id }) => id))
  const granted = await ledger.findBeginning(run.tx, 'grants', nameOf(row.id, ''))
  const gone = granted.filter(({ sourceId }) => !named.has(sourceId)).map(({ sourceId }) => sourceId)
  if (gone.length === 0) return
  const offers = await run.targets(
    'offers',
    gone.map((id) => id.split('/')[1]!),
  )
  const contacts = await run.targets('contacts', [oneIn(row, 'contact') ?? ''])
  for (const contactId of contacts.values())
    await revokeInTransaction(
      run.tx,
      siteId,
      [{ contactId, offerIds: [...offers.values()], origin: run.origin }],
      run.origin.now,
    )
  await ledger.forget(run.tx, 'grants', gone)
}

interface WantedPeriod extends Wanted {
  grant: string
  startsAt: string
  expiresAt: string | null
}

/** When access by grants begins and ends, where the other server shows it. */
export const accessPeriods: SourceList = {
  name: 'access_periods',
  path: '/v1/grants',
  isBySite: true,
  isOptional: true,
  async write(run, siteId, rows) {
    const wanted = rows.flatMap((row) => readPeriod(row, run.origin.now))
    await run.put('access_periods', wanted, {
      write: (fresh) => putPeriods(run, siteId, fresh, changePeriod),
      check: (fresh) => putPeriods(run, siteId, fresh, null),
    })
  },
}

/** @param change null: what would become of them */
async function putPeriods(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedPeriod>[],
  change: typeof changePeriod | null,
): Promise<Outcome[]> {
  const grants = await run.targets(
    'grants',
    fresh.map(({ wanted }) => wanted.grant),
  )
  return run.each(fresh, async ({ wanted: { grant: name, startsAt, expiresAt } }) => {
    const grantId = grants.get(name)
    if (grantId === undefined) return skipped('The grant is not here.')
    // It would be created first, and begin now.
    if (grantId === NEW) return { status: 'changed', targetId: NEW }
    const found = await lockGrant(run.tx, [siteId], grantId, run.origin.now)
    const period = {
      starts_at: new Date(startsAt),
      expires_at: expiresAt === null ? null : new Date(expiresAt),
    }
    const isSame =
      found.starts_at.getTime() === period.starts_at.getTime() &&
      found.expires_at?.getTime() === period.expires_at?.getTime()
    await change?.(run.tx, found, period, run.origin)
    return { status: isSame ? 'unchanged' : 'changed', targetId: grantId }
  })
}

/** Of a grant that gives access now or later. */
function readPeriod(row: SourceRow, now: Date): WantedPeriod[] {
  const { starts_at, expires_at, revoked_at } = row.attributes
  const [customer, offer] = [oneIn(row, 'customer'), oneIn(row, 'offer')]
  const hasEnded = typeof expires_at === 'string' && new Date(expires_at) <= now
  if (revoked_at !== null || hasEnded || customer === null || offer === null) return []
  return [
    {
      id: row.id,
      grant: nameOf(customer, offer),
      startsAt: String(starts_at),
      expiresAt: typeof expires_at === 'string' ? expires_at : null,
    },
  ]
}
