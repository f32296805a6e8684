import { sql } from 'kysely'
import type { App } from '../platform/app.ts'
import { isSameTitle, productsToList } from '../platform/text/titles.ts'
import type { MemberSite } from './member.ts'

/** A product that a member has or had, by every offer that gives or gave it. */
export interface LibraryItem {
  product_id: string
  title: string
  description: string | null
  picture_url: string | null
  state: 'open' | 'later' | 'ended'
  offers: string[]
  since: Date
  /** Null: without end. */
  until: Date | null
  /** Why it ended. */
  reason: 'expired' | 'revoked' | 'replaced'
}

/** One way to a product: a grant or a purchase of one offer that has it. */
interface Way extends Omit<LibraryItem, 'offers'> {
  offer: string
}

/**
 * Every published product that a member has or had, once: open when any way to it is open, else later when
 * one begins later, else ended. In that order, the latest first.
 */
export async function readLibrary(
  { db, clock }: App,
  site: MemberSite,
  customerId: string,
): Promise<LibraryItem[]> {
  const now = clock.now()
  const { rows } = await sql<Way>`
    select p.id as product_id, p.title, p.description, p.thumbnail_url as picture_url, o.title as offer,
           g.starts_at as since, least(g.revoked_at, g.expires_at) as until,
           case when g.revoked_at is not null or g.expires_at <= ${now} then 'ended'
                when g.starts_at > ${now} then 'later' else 'open' end as state,
           case g.revoke_reason when 'revoked' then 'revoked' when 'replaced' then 'replaced' else 'expired' end as reason
      -- Live grants and ended ones have an index each.
      from (select site_id, id, customer_id, offer_id, starts_at, expires_at, revoked_at, revoke_reason
              from offer_grants where revoked_at is null
             union all
            select site_id, id, customer_id, offer_id, starts_at, expires_at, revoked_at, revoke_reason
              from offer_grants where revoked_at is not null
             union all
            select site_id, id, customer_id, offer_id, effective_start_at, deactivated_at, null,
                   case deactivation_reason when 'deactivated' then 'revoked' end
              from purchases) g
      join offers o on o.site_id = g.site_id and o.id = g.offer_id
      join offer_products op on op.site_id = g.site_id and op.offer_id = g.offer_id
      join products p on p.site_id = op.site_id and p.id = op.product_id and p.publish_status = 'published'
     where g.site_id = ${site.id} and g.customer_id = ${customerId}
     order by g.starts_at desc, g.id desc`.execute(db)
  const byProduct = Map.groupBy(rows, ({ product_id }) => product_id)
  const items = [...byProduct.values()].map(together)
  return STATES.flatMap((state) => items.filter((item) => item.state === state))
}

const STATES = ['open', 'later', 'ended'] as const

/** Of several ways to a product, those that count: the open ones, else those to come, else the one that ended last. */
function together(ways: Way[]): LibraryItem {
  const state = STATES.find((wanted) => ways.some((way) => way.state === wanted))!
  const counting = ways.filter((way) => way.state === state)
  const [latest] = counting.toSorted((a, b) => timeOf(b.until) - timeOf(a.until))
  const times = counting.map(({ since }) => since.getTime())
  const offers = [...new Set(counting.map(({ offer }) => offer))]
  return {
    ...latest!,
    since: new Date(Math.min(...times)),
    // An offer of one product is often called like it, and says nothing more.
    offers: offers.length === 1 && isSameTitle(offers[0]!, latest!.title) ? [] : offers,
  }
}

/** When and through which offers a product of the library is open, as pages show it. */
export const accessOf = ({ offers, since, until, state }: LibraryItem) => ({
  offers,
  since,
  until,
  is_open: state === 'open',
})

const timeOf = (until: Date | null) => until?.getTime() ?? Number.POSITIVE_INFINITY

export interface HeldOffer {
  title: string
  description: string | null
  /** Null when access has begun. */
  access_from: Date | null
  access_until: Date | null
  products: string[]
}

/** The offers that a customer holds now, or only that of one grant, as welcome and gift show them. */
export async function readHeldOffers(
  { db, clock }: App,
  site: MemberSite,
  customerId: string,
  grantId: string | null = null,
): Promise<HeldOffer[]> {
  const now = clock.now()
  const { rows } = await sql<HeldOffer>`
    select o.title, o.description, case when h.starts_at > ${now} then h.starts_at end as access_from,
           h.expires_at as access_until,
           array(select p.title from offer_products op join products p on p.site_id = op.site_id and p.id = op.product_id
                  where op.site_id = h.site_id and op.offer_id = h.offer_id order by op.position, p.id) as products
      from holdings h join offers o on o.site_id = h.site_id and o.id = h.offer_id
     where h.site_id = ${site.id} and h.customer_id = ${customerId} and (h.expires_at is null or h.expires_at > ${now})
       and (${grantId}::bigint is null or h.grant_id = ${grantId}::bigint)
     order by h.offer_id`.execute(db)
  return rows.map((offer) => ({ ...offer, products: productsToList(offer.title, offer.products) }))
}

/** The one product that somebody has open by a grant; null when there is none, or several. */
export async function findOnlyProduct(
  { db, clock }: App,
  site: MemberSite,
  customerId: string,
  grantId: string,
): Promise<string | null> {
  const now = clock.now()
  const { rows } = await sql<{ id: string }>`
    select p.id from holdings h
      join offer_products op on op.site_id = h.site_id and op.offer_id = h.offer_id
      join products p on p.site_id = op.site_id and p.id = op.product_id and p.publish_status = 'published'
     where h.site_id = ${site.id} and h.customer_id = ${customerId} and h.grant_id = ${grantId}
       and h.starts_at <= ${now} and (h.expires_at is null or h.expires_at > ${now})
     limit 2`.execute(db)
  return rows.length === 1 ? rows[0]!.id : null
}
