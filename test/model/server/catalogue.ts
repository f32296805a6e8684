/** Creates the offers and products of the model on a site. */
import type { App } from '../../../src/platform/app.ts'
import { CATALOGUE } from '../rules/world.ts'

const HOUR_MS = 3_600_000

/** Ids by name. */
export interface Catalogue {
  offers: Map<string, string>
  products: Map<string, string>
}

export async function makeCatalogue({ db }: App, site_id: string, began: Date): Promise<Catalogue> {
  const times = { created_at: began, updated_at: began }
  const entries = Object.entries(CATALOGUE)
  const titles = [...new Set(entries.flatMap(([, { products }]) => products))]
  const products = await db
    .insertInto('products')
    .values(titles.map((title) => ({ site_id, title, ...times })))
    .returning(['id', 'title'])
    .execute()
  const offers = await db
    .insertInto('offers')
    .values(
      entries.map(([title, { isGift = false, isDraft, isArchived, beginsAt, days, endingDays }]) => ({
        ...{ site_id, title, token: title, ...times },
        is_gift: isGift,
        access_days: days ?? null,
        access_ending_days: endingDays ?? null,
        access_begins_at: beginsAt === undefined ? null : new Date(began.getTime() + beginsAt * HOUR_MS),
        published_at: isDraft ? null : began,
        archived_at: isArchived ? began : null,
      })),
    )
    .returning(['id', 'title'])
    .execute()
  const ids = { offers: byTitle(offers), products: byTitle(products) }
  const contents = entries.flatMap(([title, offer]) =>
    offer.products.map((product) => ({
      site_id,
      offer_id: ids.offers.get(title)!,
      product_id: ids.products.get(product)!,
    })),
  )
  await db.insertInto('offer_products').values(contents).execute()
  return ids
}

const byTitle = (rows: { id: string; title: string }[]) => new Map(rows.map(({ id, title }) => [title, id]))
