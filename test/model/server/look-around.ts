/** Asks the server about every contact and its customer, in each way there is to ask. */
import type { Answer } from '../acts.ts'
import { type Page, pageLine } from '../words.ts'
import type { Reply, Stage } from './stage.ts'

export async function lookAround(stage: Stage): Promise<Answer> {
  const lines = stage.rows.contacts.map(async ({ id }) => {
    const who = stage.contactName(id)
    return [
      pageLine('contact', who, await pageAt(stage, `/v1/contacts/${id}`)),
      pageLine('customer', who, await pageAt(stage, `/v1/customers/${stage.customerId(who)}`)),
    ]
  })
  return (await Promise.all(lines)).flat().sort().join('\n')
}

async function pageAt(stage: Stage, path: string): Promise<Page | null> {
  const paths = [path, `${path}/relationships/offers`]
  const [shown, listed] = (await Promise.all(paths.map((one) => stage.send('GET', one)))) as [Reply, Reply]
  if (shown.status === 404 && listed.status === 404) return null
  const { attributes, relationships } = shown.body.data
  const namesIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => stage.offerName(id))
  return {
    ...attributes,
    offers: namesIn(relationships.offers),
    listed: namesIn(listed.body),
    products: relationships.products?.data.map(({ id }: { id: string }) => stage.productName(id)).sort(),
  }
}
