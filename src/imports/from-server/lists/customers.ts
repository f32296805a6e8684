import { customersOf } from '../../../people/customers/customers-of.ts'
import { putCustomers } from '../../../people/customers/put-customers.ts'
import { reserveIdsUpTo } from '../../../platform/records/reserve-id.ts'
import { type Outcome, skipped } from '../outcome.ts'
import type { Fresh, PageRun, Wanted } from '../page-run.ts'
import { isChoosable } from '../put-records.ts'
import { oneIn, type SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'

interface WantedCustomer extends Wanted {
  contact: string | null
  createdAt: string | null
}

/** Who is a customer there is one here. What they have paid and when they signed in follows from what happens here. */
export const customers: SourceList = {
  name: 'customers',
  path: '/v1/customers',
  isBySite: true,
  query: { sort: 'created_at' },
  write: (run, siteId, rows) =>
    run.put('customers', rows.map(readCustomer), { write: (fresh) => writeCustomers(run, siteId, fresh) }),
}

function readCustomer(row: SourceRow): WantedCustomer {
  const { created_at } = row.attributes
  return {
    id: row.id,
    contact: oneIn(row, 'contact'),
    createdAt: typeof created_at === 'string' ? created_at : null,
  }
}

async function writeCustomers(
  run: PageRun,
  siteId: string,
  fresh: Fresh<WantedCustomer>[],
): Promise<Outcome[]> {
  const contactIds = await run.targets(
    'contacts',
    fresh.flatMap(({ wanted }) => wanted.contact ?? []),
  )
  const contactOf = ({ wanted }: Fresh<WantedCustomer>) => contactIds.get(wanted.contact ?? '')
  const ids = fresh.flatMap(({ wanted: { id } }) => (isChoosable(id) ? [Number(id)] : []))
  await reserveIdsUpTo(run.tx, 'customers', ids.length === 0 ? null : String(Math.max(...ids)))
  const became = await putCustomers(
    run.tx,
    { siteId, siteIds: run.options.siteIds },
    fresh.flatMap((one) => {
      const contactId = contactOf(one)
      const { id, createdAt } = one.wanted
      return contactId === undefined
        ? []
        : [
            {
              contactId,
              id: isChoosable(id) ? id : null,
              created_at: createdAt === null ? null : new Date(createdAt),
              last_request_at: null,
              offerIds: [],
            },
          ]
    }),
    { sendWelcome: run.options.notify, origin: run.origin },
  )
  const here = await customersOf(run.tx, siteId, [...contactIds.values()])
  return fresh.map((one) => {
    const contactId = contactOf(one)
    const targetId = here.get(contactId ?? '')
    if (contactId === undefined || targetId === undefined) return skipped('Its contact is not here.')
    return { status: became.has(contactId) ? 'created' : 'unchanged', targetId }
  })
}
