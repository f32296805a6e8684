import type { App } from './app.ts'
import { createAccount } from './accounts/create-account.ts'
import { createContact } from './contacts/create-contact.ts'
import { inTransaction, type Tx } from './db/database.ts'

export interface DemoKey {
  client_id: string
  /** Only when it was made just now. */
  client_secret?: string
}

/**
 * Makes a demo account when there is no account at all: something to try every operation on.
 *
 * @returns the key to use: the demo's, or the oldest there is; null when there is none
 */
export async function ensureDemo(app: App): Promise<DemoKey | null> {
  return inTransaction(app.db, async (tx) => {
    const account = await tx.selectFrom('accounts').select('id').executeTakeFirst()
    if (!account) return makeDemo(tx, app.clock.now())
    const key = await tx
      .selectFrom('api_keys')
      .select('client_id')
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .executeTakeFirst()
    return key ?? null
  })
}

async function makeDemo(tx: Tx, now: Date): Promise<DemoKey> {
  const { site_id, client_id, client_secret } = await createAccount(tx, {
    name: 'Demo',
    ownerName: 'Olivia Owner',
    ownerEmail: 'olivia@example.com',
    siteTitle: 'Northlight Studio',
    subdomain: 'northlight',
    color: '#1f6f5c',
    now,
  })
  await makeCatalogue(tx, site_id, now)
  await makePeople(tx, site_id, now)
  return { client_id, client_secret }
}

async function makeCatalogue(tx: Tx, siteId: string, now: Date): Promise<void> {
  const products = await tx
    .insertInto('products')
    .values(
      [
        ['Watercolour Basics', 'Paper, brushes, washes: twelve lessons to a first landscape.', 'Course'],
        ['Painting Light', 'Morning, noon and dusk on paper.', 'Course'],
        ['Studio Circle', 'A place to show work and to ask.', 'Community'],
        ['Brush Presets', 'Forty brushes to download.', 'Digital Download'],
      ].map(([title, description, product_type_name], position) => ({
        site_id: siteId,
        title: title!,
        description,
        product_type_name,
        product_type_id: position + 1,
        created_at: now,
        updated_at: now,
      })),
    )
    .returning('id')
    .execute()
  const [basics, light, circle, presets] = products.map(({ id }) => id) as [string, string, string, string]
  await makeOffer(
    tx,
    siteId,
    now,
    { title: 'Watercolour Basics', price_in_cents: 9_900, payment_type: 'single' },
    [basics],
  )
  await makeOffer(
    tx,
    siteId,
    now,
    { title: 'Studio Bundle', price_in_cents: 19_900, payment_type: 'single' },
    [basics, light, circle],
  )
  await makeOffer(tx, siteId, now, { title: 'A Gift: Painting Light', is_gift: true }, [light])
  await makeOffer(tx, siteId, now, { title: '30 Days in the Circle', access_days: 30 }, [circle])
  await makeOffer(
    tx,
    siteId,
    now,
    { title: 'Summer Special', price_in_cents: 4_900, payment_type: 'single', archived_at: now },
    [presets],
  )
}

interface DemoOffer {
  title: string
  price_in_cents?: number
  payment_type?: string
  is_gift?: boolean
  access_days?: number
  archived_at?: Date
}

async function makeOffer(
  tx: Tx,
  siteId: string,
  now: Date,
  offer: DemoOffer,
  productIds: string[],
): Promise<void> {
  const token = offer.title.toLowerCase().replace(/\W+/g, '-')
  const times = { published_at: now, created_at: now, updated_at: now }
  const { id: offer_id } = await tx
    .insertInto('offers')
    .values({ site_id: siteId, token, ...offer, ...times })
    .returning('id')
    .executeTakeFirstOrThrow()
  const links = productIds.map((product_id, position) => ({
    site_id: siteId,
    offer_id,
    product_id,
    position,
  }))
  await tx.insertInto('offer_products').values(links).execute()
}

async function makePeople(tx: Tx, siteId: string, now: Date): Promise<void> {
  const tags = await tx
    .insertInto('contact_tags')
    .values(
      ['VIP', 'Newsletter', 'Workshop 2026'].map((name) => ({ site_id: siteId, name, created_at: now })),
    )
    .returning('id')
    .execute()
  const origin = { actor: 'demo', requestId: null, now }
  for (const [position, name] of ['Ben Carter', 'Chloé Dubois', 'Dmitri Ivanov'].entries()) {
    const email = `${name
      .split(' ')[0]!
      .normalize('NFD')
      .replace(/\P{ASCII}/gu, '')
      .toLowerCase()}@example.com`
    const contactId = await createContact(tx, siteId, { name, email, subscribed: true }, origin)
    await tx
      .insertInto('taggings')
      .values({
        site_id: siteId,
        contact_id: contactId,
        tag_id: tags[position]!.id,
        tagged_at: now,
        tagged_by: 'demo',
      })
      .execute()
  }
}
