/** Where a story is played: an account of its own on the server, and who is who there. */
import { type Account, makeAccount } from '../../../src/testing/fixtures.ts'
import type { Harness } from '../../../src/testing/harness.ts'
import { type ContactName, NOBODY } from '../acts.ts'
import { type Catalogue, makeCatalogue } from './catalogue.ts'
import { type Rows, readRows } from './rows.ts'
import type { Theatre } from './theatre.ts'

const HOUR_MS = 3_600_000
/** An id that nothing has. */
const NO_ID = '999999999'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** What the server replied. */
export interface Reply {
  status: number
  headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  body: any
}

export class Stage {
  readonly h: Harness
  readonly account: Account
  readonly #began: number
  readonly #catalogue: Catalogue
  readonly #contacts = new Map<ContactName, string>()
  /** As they were when last read. */
  rows!: Rows

  private constructor(h: Harness, account: Account, began: Date, catalogue: Catalogue) {
    this.h = h
    this.account = account
    this.#began = began.getTime()
    this.#catalogue = catalogue
  }

  static async set({ h, foreignOffer }: Theatre, { confirms }: { confirms: boolean }): Promise<Stage> {
    const began = h.app.clock.now()
    const account = await makeAccount(h.app)
    if (confirms) {
      await h.app.pool.query('update sites set send_offer_grant_email = true where id = $1', [account.siteId])
    }
    const catalogue = await makeCatalogue(h.app, account.siteId, began)
    catalogue.offers.set('Foreign', foreignOffer).set('Unknown', NO_ID)
    const stage = new Stage(h, account, began, catalogue)
    await stage.read()
    return stage
  }

  async send(method: Method, path: string, body?: object, key?: string): Promise<Reply> {
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
  }

  /** Remembers who was made. A repeated answer tells of somebody who is known. */
  meet(who: ContactName, { status, headers, body }: Reply): void {
    if (status === 201 && !headers['idempotent-replayed']) this.#contacts.set(who, body.data.id)
  }

  contactId(who: ContactName): string {
    return this.#contacts.get(who) ?? NO_ID
  }

  customerId(who: ContactName): string {
    if (who === NOBODY) return NO_ID
    return this.rows.customers.find((row) => row.contact_id === this.contactId(who))?.id ?? NO_ID
  }

  offerId(name: string): string {
    return this.#catalogue.offers.get(name)!
  }

  contactName(id: string): ContactName {
    return nameOf(this.#contacts, id)
  }

  /** The contact behind a customer. */
  customerName(id: string): ContactName {
    const customer = this.rows.customers.find((row) => row.id === id)
    return customer ? this.contactName(customer.contact_id) : `unknown customer ${id}`
  }

  offerName(id: string): string {
    return nameOf(this.#catalogue.offers, id)
  }

  productName(id: string): string {
    return nameOf(this.#catalogue.products, id)
  }

  /** Whole hours since the story began. What is done takes seconds, and does not count. */
  hour(date: string): number {
    return Math.floor((Date.parse(date) - this.#began) / HOUR_MS)
  }
}

const nameOf = (names: Map<string, string>, id: string) =>
  [...names].find(([, known]) => known === id)?.[0] ?? `unknown ${id}`
