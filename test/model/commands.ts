/** The commands of a scenario, as plain data: each is executed on the server and applied to the model. */

/** The name of a contact is the number of the command that requested its creation: "#1", "#2". */
export type ContactName = string
export const NOBODY: ContactName = 'nobody'

export interface Meta {
  send_customer_welcome_email?: boolean
  send_offer_grant_email?: boolean
  gift?: { from_name: string }
  renew?: 'extend' | 'restart'
  /** In hours since the scenario began, as all times here. */
  expires_at?: number | null
}

interface Request {
  /** Idempotency-Key. */
  key?: string
}

interface ContactAttributes {
  name?: string
  email?: string
}

export interface Create extends Request {
  type: 'create'
  /** The name of the new contact in the scenario. */
  as: ContactName
  attributes: ContactAttributes & { email: string }
}

export interface Update extends Request {
  type: 'update'
  who: ContactName
  attributes: ContactAttributes
}

export interface Delete extends Request {
  type: 'delete'
  who: ContactName
}

/** Merges a contact into another one. */
export interface Merge extends Request {
  type: 'merge'
  into: ContactName
  from: ContactName
}

export interface ChangeOffers<Type extends string = 'grant' | 'revoke' | 'replace'> extends Request {
  type: Type
  parent: 'contacts' | 'customers'
  who: ContactName
  offers: string[]
  meta?: Meta
}

/** Changes the period of a grant. */
export interface ChangePeriod {
  type: 'period'
  /** Null: one that there is not. */
  grant: GrantName | null
  starts_at?: number
  expires_at?: number | null
}

/** A grant that there is before the command. Of those of an offer to a contact, at most one is live. */
export interface GrantName {
  /** Among the grants of the model, from 0. */
  place: number
  who: ContactName
  offer: string
  isLive: boolean
}

export type Command =
  | Create
  | Update
  | Delete
  | Merge
  | ChangeOffers<'grant'>
  | ChangeOffers<'revoke'>
  | ChangeOffers<'replace'>
  | ChangePeriod
  /** Looks for a contact by an e-mail. */
  | { type: 'find'; email: string }
  | { type: 'archive'; offer: string }
  | { type: 'wait'; hours: number }
  /**
   * Runs the background work: e-mails are in the outbox afterwards, expired grants are closed, and ends of access are
   * announced.
   */
  | { type: 'settle' }
  /** Reads all contacts, at the URLs of contacts and of customers. */
  | { type: 'read' }

export type CommandType = Command['type']
export type CommandOf<Which extends CommandType> = Extract<Command, { type: Which }>

/** A response in one line that begins with its HTTP status; for a command that is not a request, one word. */
export type Result = string
