/** Who bought: one of the ids, or the e-mail of the attributes. */
import { sql } from 'kysely'
import { findContactsByEmail } from '../../people/contacts/find-contact.ts'
import type { Tx } from '../../platform/db/database.ts'
import { eachOf, orRefusal } from '../../platform/http/shared-writes.ts'
import { type ApiError, notFound, unprocessable } from '../../platform/jsonapi/errors.ts'
import { readId, withId } from '../../platform/jsonapi/identifiers.ts'
import { describeProblem, parseEmailAddress } from '../../platform/text/email-address.ts'

export interface GivenCustomer {
  customerId?: string | number
  contactId?: string | number
}

export interface Buyer {
  /** Null: the site has no contact with the e-mail. */
  contactId: string | null
  email: string | null
}

interface OfBuyer {
  siteId: string
  values: { email?: string }
  customer: GivenCustomer
}

/** In which way a buyer is named. */
type Named = { by: 'email' | 'contact' | 'customer'; key: string; given: string | number }

/**
 * Adds who bought.
 *
 * @returns in place of an order that says it in no way or in several, or that names nobody, the error
 */
export async function readBuyers<Order extends OfBuyer>(
  tx: Tx,
  orders: Order[],
): Promise<((Order & { buyer: Buyer }) | ApiError)[]> {
  const named = orders.map((order) => orRefusal(() => ({ order, named: nameOf(order) })))
  return eachOf(named, async (some) => {
    const found = await findAll(
      tx,
      some.map(({ order, named: { by, key } }) => ({ siteId: order.siteId, by, key })),
    )
    return some.map(({ order, named: { by, key, given } }) =>
      orRefusal(() => {
        const contactId = found(order.siteId, by, key)
        if (by === 'email') return { ...order, buyer: { contactId, email: key } }
        if (contactId !== null) return { ...order, buyer: { contactId, email: null } }
        throw notFound(`There is no ${by} ${withId(String(given))}.`, {
          pointer: `/data/relationships/${by}/data/id`,
        })
      }),
    )
  })
}

function nameOf({ values: { email: given }, customer: { customerId, contactId } }: OfBuyer): Named {
  if ([given, customerId, contactId].filter((each) => each !== undefined).length > 1)
    throw unprocessable(
      'invalid',
      'Say who bought in one way: the attribute email, or the relationship customer, or contact',
      '/data',
    )
  if (contactId !== undefined) return { by: 'contact', key: readId(contactId), given: contactId }
  if (customerId !== undefined) return { by: 'customer', key: readId(customerId), given: customerId }
  if (given === undefined)
    throw unprocessable(
      'blank',
      'Say who bought: the attribute email, or the relationship customer or contact',
      '/data',
    )
  const email = parseEmailAddress(given)
  if (email) return { by: 'email', key: email, given }
  throw unprocessable('invalid', `The email is invalid${describeProblem(given)}`, '/data/attributes/email')
}

type Wanted = { siteId: string } & Pick<Named, 'by' | 'key'>

/** Looks all of them up: a query for each way and site. @returns the id of a contact, or null */
async function findAll(tx: Tx, wanted: Wanted[]) {
  const found = new Map<string, Map<string, string>>()
  const groupOf = (siteId: string, by: Named['by']) => `${siteId} ${by}`
  for (const [group, some] of Map.groupBy(wanted, ({ siteId, by }) => groupOf(siteId, by))) {
    const [{ siteId, by }] = some as [Wanted]
    const keys = [...new Set(some.map(({ key }) => key))]
    found.set(
      group,
      await (by === 'email' ? findContactsByEmail(tx, siteId, keys) : findById(tx, siteId, by, keys)),
    )
  }
  return (siteId: string, by: Named['by'], key: string) => found.get(groupOf(siteId, by))?.get(key) ?? null
}

async function findById(
  tx: Tx,
  siteId: string,
  by: 'contact' | 'customer',
  ids: string[],
): Promise<Map<string, string>> {
  const isOne = sql`id = any (${ids}::bigint[]) and site_id = ${siteId} and deleted_at is null`
  const { rows } = await (by === 'contact'
    ? sql<{ id: string; contact_id: string }>`select id, id as contact_id from contacts where ${isOne}`
    : sql<{ id: string; contact_id: string }>`select id, contact_id from customers where ${isOne}`
  ).execute(tx)
  return new Map(rows.map(({ id, contact_id }) => [id, contact_id]))
}
