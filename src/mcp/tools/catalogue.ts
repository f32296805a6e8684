import { Type } from 'typebox'
import { type Api, type Json, resource } from '../api.ts'
import { Id, lines, type Tool } from '../tool.ts'

const MOST_LISTED = 50

const search = Type.Object({
  text: Type.Optional(Type.String({ maxLength: 200, description: 'A part of the title' })),
})

const listOffers: Tool = {
  name: 'list_offers',
  title: 'List offers',
  description: 'Lists offers with their ids and prices.',
  input: search,
  permissions: ['view:offers'],
  effect: 'reads',
  run: ({ api }, { text }) => list(api, 'offers', text, ({ price_description }) => price_description),
}

const listProducts: Tool = {
  name: 'list_products',
  title: 'List products',
  description: 'Lists products with their ids.',
  input: search,
  permissions: ['view:products'],
  effect: 'reads',
  run: ({ api }, { text }) => list(api, 'products', text, ({ publish_status }) => publish_status),
}

async function list(
  api: Api,
  type: string,
  text: string | undefined,
  describe: (attributes: Json) => string,
): Promise<string> {
  const { data, meta } = await api.get(`/v1/${type}`, {
    'page[size]': String(MOST_LISTED),
    ...(text && { 'filter[title_cont]': text }),
  })
  const found = data.map(
    ({ id, attributes }: Json) =>
      `${id}  ${attributes.title}  ${describe(attributes)}${attributes.archived ? '  archived' : ''}`,
  )
  const rest = meta.total_count - data.length
  return lines([...found, ...(rest > 0 ? [`… and ${rest} more; use text.`] : [])], `No ${type}.`)
}

const SITE = { site_id: Type.Optional(Id('site; needed when the account has several')) }
const TITLE = {
  title: Type.String({ minLength: 1, maxLength: 200 }),
  description: Type.Optional(Type.String({ maxLength: 2_000 })),
}

const createProduct: Tool = {
  name: 'create_product',
  title: 'Create a product',
  description: 'Creates a product, which offers give access to.',
  input: Type.Object({ ...TITLE, ...SITE }),
  permissions: ['manage:products'],
  effect: 'adds',
  async run({ api }, { site_id, ...attributes }) {
    const { data } = await api.request('POST', '/v1/products', resource('products', attributes, site_id))
    return `Created product ${data.id}, "${data.attributes.title}".`
  },
}

const createOffer: Tool = {
  name: 'create_offer',
  title: 'Create an offer',
  description: 'Creates an offer of products. Without a price it is free.',
  input: Type.Object({
    ...TITLE,
    product_ids: Type.Array(Id('product'), { maxItems: 50, description: 'What the offer gives access to' }),
    price_in_cents: Type.Optional(
      Type.Integer({ minimum: 0, description: 'In the smallest unit of the currency' }),
    ),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, as USD' })),
    access_days: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Access ends so many days after it begins' }),
    ),
    ...SITE,
  }),
  permissions: ['manage:offers'],
  effect: 'adds',
  async run({ api }, { site_id, product_ids, ...attributes }) {
    const products = { data: product_ids.map((id: string) => ({ type: 'products', id })) }
    const { data } = await api.request(
      'POST',
      '/v1/offers',
      resource('offers', attributes, site_id, { products }),
    )
    return `Created offer ${data.id}, "${data.attributes.title}", ${data.attributes.price_description}.`
  },
}

export const catalogueTools: Tool[] = [listOffers, listProducts, createProduct, createOffer]
