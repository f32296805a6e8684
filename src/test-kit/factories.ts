/** Makes and reads what tests are about, over the API. Values that do not matter are left out. */
import {
  type Automation,
  type Client,
  type Contact,
  type ContactTag,
  type Email,
  type Flat,
  flatten,
  type Grant,
  type Hook,
  type NewAutomationDataAttributes,
  type NewContactDataAttributes,
  type NewContactTagDataAttributes,
  type NewHookDataAttributes,
  type NewOfferDataAttributes,
  type NewProductDataAttributes,
  type Offer,
  type Product,
} from '../client/index.ts'
import {
  anything,
  assertArgument,
  assertOptions,
  email as emailKind,
  positive,
  ref,
  refs,
  text,
} from './arguments.ts'

/** A resource, or its id. */
export type Ref = string | { id: string }

export interface NewGrant {
  contact: Ref
  offer: Ref
  /** When access ends, in ISO 8601. */
  expires_at?: string
}

/** Of the contact, give `email` or `contact`. */
export interface GrantFilter {
  email?: string
  contact?: Ref
  offer?: Ref
}

export interface EmailFilter {
  /** As in "welcome". */
  kind?: string
  /** The address. */
  to?: string
}

/** Without what is undefined, which would replace a value that the kit makes. */
const given = <Values extends object>(values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values

const idOf = (ref: Ref): string => (typeof ref === 'string' ? ref : ref.id)

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const linkage = <Type extends string>(type: Type, refs: Ref[]) => ({
  data: refs.map((ref) => ({ type, id: idOf(ref) })),
})

export class Factories {
  readonly #api: Client
  #count = 0

  constructor(api: Client) {
    this.#api = api
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }

  /** A contact, with an address of its own unless you give one. */
  async contact(options: Partial<NewContactDataAttributes> & { tags?: Ref[] } = {}): Promise<Flat<Contact>> {
    const example = "contact({ email: 'ada@example.com', tags: [tag] })"
    assertOptions('contact', options, { kinds: { tags: refs }, isOpen: true, example })
    const { tags = [], ...values } = options
    const attributes = {
      name: 'Ada Lovelace',
      email: `contact-${this.#next()}@example.com`,
      ...given(values),
    }
    const relationships = tags.length > 0 ? { tags: linkage('contact_tags', tags) } : {}
    return flatten(await this.#api.createContact({ data: { type: 'contacts', attributes, relationships } }))
  }

  /** A tag, with a name of its own unless you give one; `tag('VIP')` is short for `tag({ name: 'VIP' })`. */
  async tag(options: Partial<NewContactTagDataAttributes> | string = {}): Promise<Flat<ContactTag>> {
    const values = typeof options === 'string' ? { name: options } : options
    assertOptions('tag', values, { kinds: { name: text }, isOpen: true, example: "tag({ name: 'VIP' })" })
    const attributes = { name: `Tag ${this.#next()}`, ...given(values) }
    return flatten(await this.#api.createContactTag({ data: { type: 'contact_tags', attributes } }))
  }

  /** A product. */
  async product(values: Partial<NewProductDataAttributes> = {}): Promise<Flat<Product>> {
    assertOptions('product', values, { kinds: {}, isOpen: true, example: "product({ title: 'Course' })" })
    const attributes = { title: `Product ${this.#next()}`, ...given(values) }
    return flatten(await this.#api.createProduct({ data: { type: 'products', attributes } }))
  }

  /** An offer, of a product of its own unless you name some. @param days how long access lasts */
  async offer(
    options: Partial<NewOfferDataAttributes> & { products?: Ref[]; days?: number } = {},
  ): Promise<Flat<Offer>> {
    const kinds = { products: refs, days: positive }
    assertOptions('offer', options, { kinds, isOpen: true, example: "offer({ title: 'Course', days: 30 })" })
    const { products, days, ...values } = options
    const attributes = { title: `Offer ${this.#next()}`, access_days: days, ...given(values) }
    const inIt = products ?? [await this.product({ title: attributes.title })]
    const relationships = { products: linkage('products', inIt) }
    return flatten(await this.#api.createOffer({ data: { type: 'offers', attributes, relationships } }))
  }

  /** Grants an offer to a contact, who becomes a customer. */
  async grant(options: NewGrant): Promise<Flat<Grant>> {
    assertOptions('grant', options, {
      kinds: { contact: ref, offer: ref, expires_at: text },
      required: ['contact', 'offer'],
      example: 'grant({ contact, offer })',
    })
    const { contact, offer, expires_at } = options
    const body = { ...linkage('offers', [offer]), ...(expires_at !== undefined && { meta: { expires_at } }) }
    await this.#api.addOffersToContact(idOf(contact), body)
    // The ones before it have ended.
    return (await this.grants({ contact, offer })).at(-1)!
  }

  /** A hook, which sends events to an address: that of your receiver, or `webhooks.url`. */
  async hook(options: { event: NewHookDataAttributes['event']; url: string }): Promise<Flat<Hook>> {
    assertOptions('hook', options, {
      kinds: { event: text, url: text },
      required: ['event', 'url'],
      example: "hook({ event: 'offer_granted', url: kajabi.webhooks.url })",
    })
    const { event, url } = options
    return flatten(
      await this.#api.createHook({ data: { type: 'hooks', attributes: { event, target_url: url } } }),
    ) as Flat<Hook>
  }

  /** An automation, as the API has it: trigger, conditions, actions. */
  async automation(
    values: Partial<NewAutomationDataAttributes> & Pick<NewAutomationDataAttributes, 'trigger' | 'actions'>,
  ): Promise<Flat<Automation>> {
    assertOptions('automation', values, {
      kinds: { trigger: anything, actions: anything },
      required: ['trigger', 'actions'],
      isOpen: true,
      example:
        "automation({ trigger: { event: 'contact_created' }, actions: [{ action: 'add_tag', tag_id: tag.id }] })",
    })
    const attributes = { name: `Automation ${this.#next()}`, ...given(values) }
    return flatten(await this.#api.createAutomation({ data: { type: 'automations', attributes } }))
  }

  /** All grants, also those that have ended, oldest first. */
  async grants(filter: GrantFilter = {}): Promise<Flat<Grant>[]> {
    const example = "grants({ email: 'ada@example.com' })"
    assertOptions('grants', filter, { kinds: { email: emailKind, contact: ref, offer: ref }, example })
    const { email, contact, offer } = filter
    if (email && contact)
      throw new TypeError(`grants() takes "email" or "contact", not both. Example: ${example}`)
    const contactId = contact ? idOf(contact) : email && (await this.#find(email))?.id
    if (email && !contactId) return []
    const query = {
      ...(contactId && { 'filter[contact_id]': contactId }),
      ...(offer && { 'filter[offer_id]': idOf(offer) }),
      sort: 'id',
    }
    return (await collect(this.#api.all(this.#api.listGrants, query))).map((one) => flatten({ data: one }))
  }

  /** The offers that a contact has access to now, by address; none when there is no such contact. */
  async access(email: string): Promise<{ id: string; title: string }[]> {
    assertArgument('access', email, emailKind, "access('ada@example.com')")
    const found = await this.#find(email)
    return (found?.offers ?? []).map(({ id, title }) => ({ id, title: title! }))
  }

  /** E-mails, oldest first. Without a mail server they stay in the outbox. */
  async outbox(filter: EmailFilter = {}): Promise<Flat<Email>[]> {
    const kinds = { kind: text, to: emailKind }
    assertOptions('outbox', filter, { kinds, example: "outbox({ kind: 'welcome', to: 'ada@example.com' })" })
    const { kind, to } = filter
    const query = {
      ...(kind && { 'filter[kind]': kind }),
      ...(to && { 'filter[to_email_eq]': to }),
      sort: 'id',
    }
    return (await collect(this.#api.all(this.#api.listEmails, query))).map((one) => flatten({ data: one }))
  }

  async #find(email: string) {
    const document = await this.#api.listContacts({ 'filter[email]': email, include: 'offers' })
    return flatten(document, 'offers')[0]
  }
}
