/** The languages of members' pages and of the e-mails that the system sends, by their codes. The first is the default. */
export const languages = ['en', 'es'] as const

export type Language = (typeof languages)[number]

/** How dates, numbers and lists are written in each language. */
export const LOCALES: Record<Language, string> = { en: 'en-GB', es: 'es-ES' }

/** A stored language; the default when there is none, or this version does not have it. */
export const languageOf = (code: string | null | undefined): Language =>
  languages.find((language) => language === code) ?? languages[0]
