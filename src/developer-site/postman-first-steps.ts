import type { Item } from './postman.ts'

/** What each step sends; their ids are those that the steps before them have found. Values are new at each run. */
const STEPS: { id: string; body?: object }[] = [
  // Where none can be created, it is the first one there is.
  { id: 'listOffers' },
  { id: 'createContactTag', body: made('contact_tags', { name: 'VIP {{$timestamp}}' }) },
  { id: 'createProduct', body: made('products', { title: 'Watercolour {{$timestamp}}' }) },
  {
    id: 'createOffer',
    body: made(
      'offers',
      { title: 'Watercolour course {{$timestamp}}', access_days: 30 },
      { products: { data: [{ type: 'products', id: '{{product_id}}' }] } },
    ),
  },
  {
    id: 'createContact',
    body: made('contacts', { name: 'Ada Lovelace', email: 'ada-{{$timestamp}}-{{$randomInt}}@example.com' }),
  },
  { id: 'addOffersToContact', body: { data: [{ type: 'offers', id: '{{offer_id}}' }] } },
  { id: 'getContact' },
  { id: 'listGrants' },
  { id: 'listEmails' },
  { id: 'removeOffersFromContact', body: { data: [{ type: 'offers', id: '{{offer_id}}' }] } },
]

function made(type: string, attributes: object, relationships?: object): object {
  return { data: { type, attributes, ...(relationships && { relationships }) } }
}

/** A folder that is run from its beginning to its end: something to grant, somebody to grant it to, and the effects. */
export function firstSteps(items: Item[]): Item {
  const byId = new Map(items.map((item) => [item.id, item]))
  return {
    name: 'First steps',
    item: STEPS.flatMap(({ id, body }) => {
      const item = byId.get(id)
      if (!item) return []
      return body ? { ...item, request: { ...item.request!, body: rawBody(body) } } : item
    }),
  }
}

const rawBody = (body: object) => ({
  mode: 'raw',
  raw: JSON.stringify(body, null, 2),
  options: { raw: { language: 'json' } },
})
