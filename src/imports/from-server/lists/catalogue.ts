/** What is for sale and what is published: resources whose attributes are written as requests write them. */
import { offerRecords } from '../../../catalogue/offers/offers.resource.ts'
import { blogPostRecords } from '../../../catalogue/pages/blog-posts.resource.ts'
import { landingPageRecords, websitePageRecords } from '../../../catalogue/pages/pages.resource.ts'
import { podcastRecords } from '../../../catalogue/podcasts.resource.ts'
import { productRecords } from '../../../catalogue/products/products.resource.ts'
import { type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import { manyIn, type SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'

/** A list whose rows are records. */
export const recordList = (
  name: string,
  kind: RecordKind,
  {
    read = (row) => recordOf(kind, row),
    ...list
  }: Partial<SourceList> & { read?: (row: SourceRow) => WantedRecord } = {},
): SourceList => ({
  name,
  path: `/v1/${name}`,
  isBySite: true,
  ...list,
  write: (run, siteId, rows) => run.put(name, rows.map(read), recordWriter(run, kind, siteId)),
})

export const products = recordList('products', { records: productRecords })

const offerKind: RecordKind = { records: offerRecords, related: { products: 'products' } }

export const offers = recordList('offers', offerKind, {
  read: (row) => {
    const wanted = recordOf(offerKind, row, { related: { products: manyIn(row, 'products') ?? [] } })
    return { ...wanted, attributes: { ...termsIn(row.attributes.price_description), ...wanted.attributes } }
  },
})

const UNIT: Record<string, string> = { dai: 'day', day: 'day', week: 'week', month: 'month', year: 'year' }

/** Kajabi shows how often a price is paid in words only, as in "12 monthly payments of $25.00". */
export function termsIn(description: unknown): {
  interval?: string
  interval_count?: number
  payments_total?: number
} {
  if (typeof description !== 'string') return {}
  const [, unit] = /\b(dai|day|week|month|year)(?:s|ly)?\b/i.exec(description) ?? []
  const [, every] = /\bevery (\d{1,3}) (?:day|week|month|year)s\b/i.exec(description) ?? []
  const [, payments] = /\b(\d{1,3}) (?:[a-z]+ )?payments\b/i.exec(description) ?? []
  return {
    ...(unit && { interval: UNIT[unit.toLowerCase()]! }),
    ...(every && { interval_count: Number(every) }),
    ...(payments && { payments_total: Number(payments) }),
  }
}

export const podcasts = recordList('podcasts', { records: podcastRecords })

export const blogPosts = recordList('blog_posts', { records: blogPostRecords }, { isBySite: false })

export const landingPages = recordList('landing_pages', { records: landingPageRecords }, { isBySite: false })

export const websitePages = recordList('website_pages', { records: websitePageRecords }, { isBySite: false })
