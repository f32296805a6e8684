/** The site of one scenario: an account of its own on the server, and the ids behind the names of the scenario. */
import { type Account, makeAccount } from '../../../src/testing/fixtures.ts'
import type { Harness } from '../../../src/testing/harness.ts'
import type { ContactName, GrantName } from '../commands.ts'
import { type Catalogue, makeCatalogue } from './catalogue.ts'
import { type Rows, readRows } from './rows.ts'
import type { TestServer } from './test-server.ts'

const HOUR_MS = 3_600_000
/** An id that no resource has. */
export const NO_ID = '999999999'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export interface ServerResponse {
  status: number
  headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  body: any
}

export class TestSite {
  readonly h: Harness
  readonly account: Account
  readonly #began: number
  readonly #catalogue: Catalogue
  readonly #contacts = new Map<ContactName, string>()
  /** The customer that each contact was first. */
  readonly #customers = new Map<ContactName, string>()
  /** As last read from the database. */
  rows!: Rows

  private constructor(h: Harness, account: Account, began: Date, catalogue: Catalogue) {
    this.h = h
    this.account = account
    this.#began = began.getTime()
    this.#catalogue = catalogue
  }

  static async create(
    { h, foreignOffer }: TestServer,
    { confirms }: { confirms: boolean },
  ): Promise<TestSite> {
    const began = h.app.clock.now()
    const account = await makeAccount(h.app)
    if (confirms) {
      await h.app.pool.query(
        'update sites set send_offer_grant_email = true, send_access_ending_email = true where id = $1',
        [account.siteId],
      )
    }
    const catalogue = await makeCatalogue(h.app, account.siteId, began)
    catalogue.offers.set('Foreign', foreignOffer).set('Unknown', NO_ID)
    const site = new TestSite(h, account, began, catalogue)
    await site.read()
    return site
  }

  async send(method: Method, path: string, body?: object, key?: string): Promise<ServerResponse> {
    const { statusCode, headers, payload } = await this.h.server.inject({
      method,
      url: path,
      headers: {
        authorization: `Bearer ${this.account.token}`,
        ...(body && { 'content-type': 'application/vnd.api+json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      payload: body && JSON.stringify(body),
    })
    return { status: statusCode, headers, body: JSON.parse(payload) }
  }

  async read(): Promise<void> {
    this.rows = await readRows(this.h.app, this.account.siteId)
    for (const { id, contact_id } of this.rows.customers) {
      const who = this.contactName(contact_id)
      if (!this.#customers.has(who)) this.#customers.set(who, id)
    }
  }

  /** Remembers the id of a created contact. A replayed response has the id of a known one. */
  remember(who: ContactName, { status, headers, body }: ServerResponse): void {
    if (status === 201 && !headers['idempotent-replayed']) this.#contacts.set(who, body.data.id)
  }

  contactId(who: ContactName): string {
    return this.#contacts.get(who) ?? NO_ID
  }

  customerId(who: ContactName): string {
    return this.#customers.get(who) ?? NO_ID
  }

  offerId(name: string): string {
    return this.#catalogue.offers.get(name)!
  }

  contactName(id: string): ContactName {
    return nameOf(this.#contacts, id)
  }

  /** The contact behind a customer; of one that was merged, the contact that it was merged into. */
  customerName(id: string): ContactName {
    const { customers, events } = this.rows
    const owner =
      customers.find((row) => row.id === id) ?? events.find((row) => row.merged_customer_id === id)
    return owner ? this.contactName(owner.contact_id) : `unknown customer ${id}`
  }

  /** The contact that it is now, after all merges. */
  survivorOf(who: ContactName): ContactName {
    const mergedInto = this.rows.contacts.find(({ id }) => id === this.contactId(who))?.merged_into
    return mergedInto ? this.contactName(mergedInto) : who
  }

  offerName(id: string): string {
    return nameOf(this.#catalogue.offers, id)
  }

  productName(id: string): string {
    return nameOf(this.#catalogue.products, id)
  }

  /** The id of a grant that there was before the commands that are executed now. */
  grantId({ who, offer, isLive }: GrantName): string {
    return this.rows.grants.find(
      (row) =>
        row.offer_id === this.offerId(offer) &&
        this.customerName(row.customer_id) === who &&
        isLive === (row.revoke_reason === null && !row.is_over),
    )!.id
  }

  /** ISO 8601. @param hours since the scenario began */
  time(hours: number): string {
    return new Date(this.#began + hours * HOUR_MS).toISOString()
  }

  /** Whole hours since the scenario began. The seconds that commands take do not count. */
  hour(date: string): number {
    return Math.floor((Date.parse(date) - this.#began) / HOUR_MS)
  }
}

const nameOf = (names: Map<string, string>, id: string) =>
  [...names].find(([, known]) => known === id)?.[0] ?? `unknown ${id}`
