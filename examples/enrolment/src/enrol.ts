import { BestowError, type Client } from 'bestow/client'

export interface Purchase {
  email: string
  name: string
}

/** Gives a buyer access to an offer, also when the shop reports the purchase twice. @returns the id of the contact */
export async function enrol(api: Client, { email, name }: Purchase, offerId: string): Promise<string> {
  const id = (await findContact(api, email)) ?? (await createContact(api, { email, name }))
  await api.addOffersToContact(id, { data: [{ type: 'offers', id: offerId }] })
  return id
}

async function findContact(api: Client, email: string): Promise<string | undefined> {
  const { data } = await api.listContacts({ 'filter[email]': email })
  return data[0]?.id
}

async function createContact(api: Client, attributes: Purchase): Promise<string> {
  try {
    const { data } = await api.createContact({ data: { type: 'contacts', attributes } })
    return data.id
  } catch (error) {
    // Another purchase of the same person was faster.
    const id =
      error instanceof BestowError && error.status === 422 && (await findContact(api, attributes.email))
    if (id) return id
    throw error
  }
}
