import type { Language } from '../../languages.ts'
import { automation } from './automation.ts'
import { gift } from './gift.ts'
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
  offer_grant: offerGrant(words),
  sign_in: linkEmail(words, words.signIn),
  password: linkEmail(words, words.password),
  password_changed: notice(words, words.passwordChanged, words.hasAccount),
  email_change: linkEmail(words, words.emailChange),
  email_changed: notice(words, words.emailChanged, words.hasAccount),
  email_removed: notice(words, words.emailRemoved, words.hadAccount),
  automation: automation(words),
})

export type EmailKind = keyof ReturnType<typeof templatesIn>

/** What is sent as long as the site's owner has not written something else. */
export const defaultTemplates: Record<Language, Record<EmailKind, EmailTemplate>> = {
  en: templatesIn(en),
  es: templatesIn(es),
}

export const emailKinds = Object.keys(defaultTemplates.en) as EmailKind[]

export const templateFields = Object.keys(defaultTemplates.en.automation) as (keyof EmailTemplate)[]

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
