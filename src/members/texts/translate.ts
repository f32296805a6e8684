import { type Language, LOCALES } from '../../platform/text/languages.ts'
import { texts } from './language.ts'

type Placeholders = Record<string, unknown>

const plurals = perLanguage((locale) => new Intl.PluralRules(locale))
const lists = perLanguage((locale) => new Intl.ListFormat(locale))

/**
 * A text with its placeholders filled in. With `count` among them, the singular or plural form of the text is taken
 * (`key.one`, `key.other`).
 *
 * @throws when there is no such text, or a placeholder without a value
 */
export function translate(language: Language, key: string, placeholders: Placeholders = {}): string {
  const text = texts[language][key] ?? pluralForm(language, key, placeholders.count)
  if (text === undefined) throw new Error(`there is no text ${key} in ${language}`)
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = placeholders[name]
    if (value === undefined || value === null) throw new Error(`the text ${key} needs ${name}`)
    return String(value)
  })
}

function pluralForm(language: Language, key: string, count: unknown): string | undefined {
  if (typeof count !== 'number') return undefined
  const form = plurals[language].select(count)
  return texts[language][`${key}.${form}`] ?? texts[language][`${key}.other`]
}

/** Several names in one sentence: "A, B and C". */
export function formatList(language: Language, names: string[]): string {
  return lists[language].format(names)
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** A length of time, rounded up: "5 minutes", "90 seconds". A unit is used when it fits exactly, or twice. */
export function formatDuration(language: Language, seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds))
  const [unit, size] = UNITS.find(([, size]) => whole % size === 0 || whole >= 2 * size) ?? UNITS[3]
  const format = new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(Math.ceil(whole / size))
}

function perLanguage<T>(make: (locale: string) => T): Record<Language, T> {
  return { en: make(LOCALES.en), es: make(LOCALES.es) }
}
