/** The commands of a scenario, as plain data: each is executed on the server and applied to the model. */

/** The name of a contact is the number of the command that requested its creation: "#1", "#2". */
export type ContactName = string
export const NOBODY: ContactName = 'nobody'

export interface Meta {
  send_customer_welcome_email?: boolean
  send_offer_grant_email?: boolean
  gift?: { from_name: string }
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

export interface ChangeOffers<Type extends string = 'grant' | 'revoke' | 'replace'> extends Request {
  type: Type
  parent: 'contacts' | 'customers'
  who: ContactName
  offers: string[]
  meta?: Meta
}

export type Command =
  | Create
  | Update
  | Delete
  | ChangeOffers<'grant'>
  | ChangeOffers<'revoke'>
  | ChangeOffers<'replace'>
  | { type: 'archive'; offer: string }
  | { type: 'wait'; hours: number }
  /** Runs the background work: e-mails are in the outbox afterwards, expired grants are closed. */
  | { type: 'settle' }
  /** Reads all contacts, at the URLs of contacts and of customers. */
  | { type: 'read' }

export type CommandType = Command['type']
export type CommandOf<Which extends CommandType> = Extract<Command, { type: Which }>

/** A response in one line that begins with its HTTP status; for a command that is not a request, one word. */
export type Result = string
