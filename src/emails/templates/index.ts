import type { Language } from '../../platform/text/languages.ts'
import { automation } from './automation.ts'
import { gift } from './gift.ts'
import { hookDisabled } from './hook-disabled.ts'
import { linkEmail } from './link-email.ts'
import { notice } from './notice.ts'
import { offerGrant } from './offer-grant.ts'
import type { EmailTemplate } from './template.ts'
import { welcome } from './welcome.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import type { EmailWords } from './words/words.ts'

export type { EmailTemplate } from './template.ts'

const templatesIn = (words: EmailWords) => ({
  welcome: welcome(words),
  gift: gift(words),
  offer_grant: offerGrant(words, words.offerGrant),
  access_ending: offerGrant(words, words.accessEnding),
  payment_failed: offerGrant(words, words.paymentFailed),
  trial_ending: offerGrant(words, words.trialEnding),
  sign_in: linkEmail(words, words.signIn),
  password: linkEmail(words, words.password),
  password_changed: notice(words, words.passwordChanged, words.hasAccount),
  email_change: linkEmail(words, words.emailChange),
  email_changed: notice(words, words.emailChanged, words.hasAccount),
  email_removed: notice(words, words.emailRemoved, words.hadAccount),
  form_confirmation: linkEmail(words, words.formConfirmation),
  automation: automation(words),
  user_invitation: linkEmail(words, words.userInvitation),
  user_password: linkEmail(words, words.userPassword),
  // The owner reads it with the API's documentation, which is in English.
  hook_disabled: hookDisabled,
})

export type EmailKind = keyof ReturnType<typeof templatesIn>

/** What is sent as long as the site's owner has not written something else. */
export const defaultTemplates: Record<Language, Record<EmailKind, EmailTemplate>> = {
  en: templatesIn(en),
  es: templatesIn(es),
}

export const emailKinds = Object.keys(defaultTemplates.en) as EmailKind[]

/** The kind of an e-mail with which a user tries a template of any kind. */
export const TEMPLATE_TEST = 'template_test'

/** What goes to the users of the account. */
export type UserEmailKind = 'user_invitation' | 'user_password'

/** What goes to contacts; the rest goes to the owner and the other users of the account. */
export type ContactEmailKind = Exclude<EmailKind, UserEmailKind | 'hook_disabled'>

export const isUserEmailKind = (kind: string): kind is UserEmailKind =>
  kind === 'user_invitation' || kind === 'user_password'

/** What a site can say in its own words: one template of each, but of those for automations any number with a name each. */
export const templateKinds = emailKinds.filter(
  (kind): kind is ContactEmailKind => kind !== 'hook_disabled' && !isUserEmailKind(kind),
)

export const templateFields = Object.keys(defaultTemplates.en.automation) as (keyof EmailTemplate)[]

const builtIn = new Set<string | null>(
  Object.values(defaultTemplates)
    .flatMap((templates) => Object.values(templates))
    .flatMap((template) => Object.values(template)),
)

/** Whether these are words of a default: nobody has changed them, and they do no more than the data asks for. */
export const isBuiltIn = (words: string): boolean => builtIn.has(words)

/** The template of a kind in the words of a site, where it has any of its own, else in those of a language. */
export function inWords(
  kind: EmailKind,
  own: { [Field in keyof EmailTemplate]?: string | null } | undefined,
  language: Language,
): EmailTemplate {
  const edited = templateFields.filter((field) => (own?.[field] ?? null) !== null)
  return {
    ...defaultTemplates[language][kind],
    ...Object.fromEntries(edited.map((field) => [field, own![field]])),
  }
}
