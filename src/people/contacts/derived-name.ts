import type { Contact } from './contacts.resource.ts'

/** The name of a customer whose contact has none. The function `grant_offers` makes the same. */
export const nameFromEmail = (email: string): string => email.split('@')[0]!

/** Whether nobody has said what a contact is called: its name is blank, or made from its e-mail. */
export const isNameless = ({ name, email }: Pick<Contact, 'name' | 'email'>): boolean =>
  name === '' || name === nameFromEmail(email)
