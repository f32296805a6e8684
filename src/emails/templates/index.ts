import { gift } from './gift.ts'
import { emailChange, password, signIn } from './link-emails.ts'
import { offerGrant } from './offer-grant.ts'
import type { EmailTemplate } from './template.ts'
import { welcome } from './welcome.ts'

export type { EmailTemplate } from './template.ts'

/** What is sent as long as the site's owner has not written something else. */
export const defaultTemplates = {
  welcome,
  gift,
  offer_grant: offerGrant,
  sign_in: signIn,
  password,
  email_change: emailChange,
} satisfies Record<string, EmailTemplate>

export type EmailKind = keyof typeof defaultTemplates

export const emailKinds = Object.keys(defaultTemplates) as EmailKind[]
