import { sql } from 'kysely'
import { oldestClientId } from '../accounts/api-keys/api-keys.ts'
import { createAccount } from '../accounts/create-account.ts'
import { formRecords } from '../forms/forms.resource.ts'
import { createContact } from '../people/contacts/create-contact.ts'
import type { CustomValues } from '../people/custom-fields/read-values.ts'
import type { App } from '../platform/app.ts'
import { inTransaction, type Tx } from '../platform/db/database.ts'
import { asOperator, createRecord, type Writing } from '../platform/records/records.ts'
import { slugOf } from '../platform/text/slugs.ts'
import { type DemoOffer, demoOffers, demoProducts } from './catalogue.ts'
import { demoLandingPage, demoPodcast, demoPosts, demoWebsitePage } from './content.ts'
import { demoForms } from './forms.ts'
import type { DemoLesson, DemoProduct } from './product.ts'
import { makeSales } from './sales.ts'

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
    if (!account) return makeDemo(app, tx)
    const client_id = await oldestClientId(tx)
    return client_id === null ? null : { client_id }
  })
}

/** Makes the demo account, with a key that may do everything. */
export async function makeDemo(app: App, tx: Tx): Promise<Required<DemoKey>> {
  const now = app.clock.now()
  const { account_id, site_id, client_id, client_secret } = await createAccount(app, tx, {
    name: 'Demo',
    ownerName: 'Olivia Owner',
    ownerEmail: 'olivia@example.com',
    siteTitle: 'Northlight Studio',
    subdomain: 'northlight',
    color: '#1f6f5c',
    now,
  })
  // Before its first sales.
  const openedAt = new Date(now.getTime() - 200 * 86_400_000)
  await makeCatalogue(tx, site_id, openedAt, now)
  await makeCustomFields(tx, site_id, now)
  await makePublished(tx, site_id, now)
  await makePeople(tx, site_id, now)
  const writing = asOperator(app, tx, account_id, [site_id])
  await makeForms(writing, site_id)
  await makeSales(writing, site_id, openedAt)
  return { client_id, client_secret }
}

async function makeCatalogue(tx: Tx, siteId: string, openedAt: Date, now: Date): Promise<void> {
  const products = await tx
    .insertInto('products')
    .values(
      demoProducts.map(({ title, description, type, picture }, position) => ({
        site_id: siteId,
        title,
        description,
        product_type_name: type,
        product_type_id: position + 1,
        thumbnail_url: picture,
        created_at: openedAt,
        updated_at: openedAt,
      })),
    )
    .returning(['id', 'title'])
    .execute()
  const idOf = new Map(products.map(({ id, title }) => [title, id]))
  for (const product of demoProducts)
    await makeContent(tx, siteId, openedAt, idOf.get(product.title)!, product)
  for (const { products: titles, ...offer } of demoOffers) {
    await makeOffer(
      tx,
      siteId,
      { openedAt, now },
      offer,
      titles.map((title) => idOf.get(title)!),
    )
  }
}

async function makeContent(
  tx: Tx,
  siteId: string,
  now: Date,
  productId: string,
  product: DemoProduct,
): Promise<void> {
  const times = { created_at: now, updated_at: now }
  const modules = await tx
    .insertInto('course_modules')
    .values(
      product.modules.map(({ title }, position) => ({
        site_id: siteId,
        product_id: productId,
        title,
        position,
        ...times,
      })),
    )
    .returning('id')
    .execute()
  const lessons = product.modules.flatMap((module, index) =>
    module.lessons.map(({ title, body }, position) => ({
      site_id: siteId,
      module_id: modules[index]!.id,
      title,
      body: htmlOf(body),
      position,
      ...times,
    })),
  )
  const made = await tx.insertInto('course_lessons').values(lessons).returning('id').execute()
  const media = product.modules
    .flatMap((module) => module.lessons)
    .flatMap((lesson, index) =>
      mediaOf(lesson).map((medium) => ({ site_id: siteId, lesson_id: made[index]!.id, ...medium, ...times })),
    )
  if (media.length > 0) await tx.insertInto('lesson_media').values(media).execute()
}

const mediaOf = ({ picture, download }: DemoLesson) => [
  ...(picture ? [{ kind: 'image', title: picture.alt, url: picture.url, position: 1 }] : []),
  ...(download ? [{ kind: 'file', title: null, url: download, position: 2 }] : []),
]

async function makeOffer(
  tx: Tx,
  siteId: string,
  { openedAt, now }: { openedAt: Date; now: Date },
  { isArchived = false, ...offer }: Omit<DemoOffer, 'products'>,
  productIds: string[],
): Promise<void> {
  const token = slugOf(offer.title, 100)
  const updated_at = isArchived ? now : openedAt
  const archived_at = isArchived ? now : null
  const times = { published_at: openedAt, archived_at, created_at: openedAt, updated_at }
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

/** Texts of the demo are plain: blank lines separate paragraphs. */
const htmlOf = (text: string): string =>
  text
    .split('\n\n')
    .map((paragraph) => `<p>${paragraph.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`)
    .join('\n')

/** A podcast, a blog and pages, for everybody to see. */
async function makePublished(tx: Tx, siteId: string, now: Date): Promise<void> {
  const row = { site_id: siteId, created_at: now, updated_at: now }
  await tx
    .insertInto('podcasts')
    .values({ ...row, ...demoPodcast })
    .execute()
  for (const post of demoPosts)
    await tx
      .insertInto('blog_posts')
      .values({ ...row, ...post, published_at: now })
      .execute()
  await tx
    .insertInto('landing_pages')
    .values({ ...row, ...demoLandingPage, publish_at: now })
    .execute()
  await tx
    .insertInto('website_pages')
    .values({ ...row, ...demoWebsitePage, publish_at: now })
    .execute()
}

const PEOPLE: { name: string; email: string; custom: CustomValues }[] = [
  {
    name: 'Ben Carter',
    email: 'ben@example.com',
    custom: { custom_1: 'Harbours at dusk', custom_2: 'Beginner' },
  },
  {
    name: 'Chloé Dubois',
    email: 'chloe@example.com',
    custom: { custom_1: 'Botanical studies', custom_2: 'Advanced', custom_3: '12' },
  },
  { name: 'Dmitri Ivanov', email: 'dmitri@example.com', custom: { custom_3: '2' } },
]

const CUSTOM_FIELDS = [
  { number: 1, title: 'Favorite subject', type: 'TextField' },
  {
    number: 2,
    title: 'Experience',
    type: 'SelectBoxField',
    select_options: 'Beginner\nIntermediate\nAdvanced',
  },
  { number: 3, title: 'Years of painting', type: 'NumberField' },
]

async function makeCustomFields(tx: Tx, siteId: string, now: Date): Promise<void> {
  const times = { created_at: now, updated_at: now }
  const fields = CUSTOM_FIELDS.map((field) => ({ site_id: siteId, ...field, ...times }))
  await tx.insertInto('custom_fields').values(fields).execute()
}

async function makePeople(tx: Tx, siteId: string, now: Date): Promise<void> {
  const tags = await tx
    .insertInto('contact_tags')
    .values(
      ['VIP', 'Newsletter', 'Workshop 2026'].map((name) => ({
        site_id: siteId,
        name,
        created_at: now,
        updated_at: now,
      })),
    )
    .returning('id')
    .execute()
  const origin = { actor: 'demo', requestId: null, now }
  for (const [position, person] of PEOPLE.entries()) {
    const contactId = await createContact(tx, siteId, { ...person, subscribed: true }, origin)
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

async function makeForms(writing: Writing, siteId: string): Promise<void> {
  const find = async (
    table: 'contact_tags' | 'offers',
    column: 'name' | 'title',
    wanted: string | undefined,
  ) => {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where site_id = ${siteId} and ${sql.ref(column)} = ${wanted ?? ''}`.execute(
      writing.tx,
    )
    return rows.map(({ id }) => id)
  }
  for (const { tag, offer, ...attributes } of demoForms) {
    const related = {
      contact_tags: await find('contact_tags', 'name', tag),
      offers: await find('offers', 'title', offer),
    }
    await createRecord(writing, formRecords, { siteId, attributes, related })
  }
}
