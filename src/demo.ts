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
  await makeCourse(tx, siteId, basics)
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

const LESSONS: Record<string, Record<string, string>> = {
  'Before the first stroke': {
    Paper:
      'Take cotton paper of 300 g if you can. It forgives what wood pulp does not: it stays flat, and it lets you lift colour again.\n\nTape it down on all four sides.',
    Brushes:
      'Three will do: a large round one, a small round one, and a flat one for skies.\n\nWash them in cold water and let them dry lying down.',
  },
  Washes: {
    'A flat wash':
      'Mix more colour than you think you need. Tilt the board a little, and draw the bead of colour down, stroke by stroke.\n\nNever go back into it.',
    'From dark to light':
      'Begin as before. With each stroke, take a little more water and a little less colour.',
    'Your first sky':
      'Wet the paper. Drop in the blue at the top and let it find its way.\n\nClouds are the places that you leave alone.',
  },
}

async function makeCourse(tx: Tx, siteId: string, productId: string): Promise<void> {
  for (const [position, [title, lessons]] of Object.entries(LESSONS).entries()) {
    const { id: module_id } = await tx
      .insertInto('course_modules')
      .values({ site_id: siteId, product_id: productId, title, position })
      .returning('id')
      .executeTakeFirstOrThrow()
    const rows = Object.entries(lessons).map(([name, body], place) => ({
      site_id: siteId,
      module_id,
      title: name,
      body,
      position: place,
    }))
    await tx.insertInto('course_lessons').values(rows).execute()
  }
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
