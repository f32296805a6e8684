/** What can be done in a story, as plain data: to the server and to the model alike. */

/** A contact is called by the order in which the story asked for it: "#1", "#2". */
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
  do: 'create'
  /** How the story will call whoever is made. */
  as: ContactName
  attributes: ContactAttributes & { email: string }
}

export interface Update extends Request {
  do: 'update'
  who: ContactName
  attributes: ContactAttributes
}

export interface Delete extends Request {
  do: 'delete'
  who: ContactName
}

export interface ChangeOffers<Do extends string = 'grant' | 'revoke' | 'replace'> extends Request {
  do: Do
  door: 'contacts' | 'customers'
  who: ContactName
  offers: string[]
  meta?: Meta
}

export type Act =
  | Create
  | Update
  | Delete
  | ChangeOffers<'grant'>
  | ChangeOffers<'revoke'>
  | ChangeOffers<'replace'>
  | { do: 'archive'; offer: string }
  | { do: 'wait'; hours: number }
  /** Everything that happens by itself has happened: e-mails are in the outbox, expired grants are closed. */
  | { do: 'settle' }
  /** Everybody is looked at, through both doors. */
  | { do: 'look' }

export type Do = Act['do']
export type ActOf<Which extends Do> = Extract<Act, { do: Which }>

/** What was answered, in one line that begins with the status of HTTP; for what is no request, only a word. */
export type Answer = string
