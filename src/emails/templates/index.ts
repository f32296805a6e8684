import { automation } from './automation.ts'
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
  automation,
} satisfies Record<string, EmailTemplate>

export type EmailKind = keyof typeof defaultTemplates

/** Of these a site has one template; of those for automations any number, each with a name. */
export const systemKinds = Object.keys(defaultTemplates).filter((kind) => kind !== 'automation')

export const emailKinds = Object.keys(defaultTemplates) as EmailKind[]

export const templateFields = Object.keys(automation) as (keyof EmailTemplate)[]

/** The template of a kind in the words of a site, where it has any of its own. */
export function inWords(
  kind: EmailKind,
  own: { [Field in keyof EmailTemplate]?: string | null } = {},
): EmailTemplate {
  const edited = templateFields.filter((field) => (own[field] ?? null) !== null)
  return { ...defaultTemplates[kind], ...Object.fromEntries(edited.map((field) => [field, own[field]])) }
}
