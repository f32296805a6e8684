/** Requests every contact and its customer, with their offers, in each way that the API has. */
import type { Result } from '../commands.ts'
import { type Page, pageLine } from '../format.ts'
import type { ServerResponse, TestSite } from './test-site.ts'

export async function readContacts(site: TestSite): Promise<Result> {
  const lines = site.rows.contacts.map(async ({ id }) => {
    const who = site.contactName(id)
    return [
      pageLine('contact', who, await pageAt(site, `/v1/contacts/${id}`)),
      pageLine('customer', who, await pageAt(site, `/v1/customers/${site.customerId(who)}`)),
    ]
  })
  return (await Promise.all(lines)).flat().sort().join('\n')
}

async function pageAt(site: TestSite, path: string): Promise<Page | null> {
  const paths = [path, `${path}/relationships/offers`]
  const [shown, listed] = (await Promise.all(paths.map((one) => site.send('GET', one)))) as [
    ServerResponse,
    ServerResponse,
  ]
  if (shown.status === 404 && listed.status === 404) return null
  const { attributes, relationships } = shown.body.data
  const namesIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => site.offerName(id))
  return {
    ...attributes,
    offers: namesIn(relationships.offers),
    listed: namesIn(listed.body),
    products: relationships.products?.data.map(({ id }: { id: string }) => site.productName(id)).sort(),
  }
}
