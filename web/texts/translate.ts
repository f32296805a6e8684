import type { TextKey } from './text-key.ts'

export type { TextKey } from './text-key.ts'
export type Language = 'en' | 'es'
type Values = Record<string, string | number>

type Load = Record<Language, () => Promise<{ default: Record<string, string> }>>

const load: Load = {
  en: () => import('./en.json'),
  es: () => import('./es.json'),
}

/** Texts that some pages alone have are loaded with them. */
const loadPart: Record<'sales' | 'imports', Load> = {
  sales: { en: () => import('./sales-en.json'), es: () => import('./sales-es.json') },
  imports: { en: () => import('./imports-en.json'), es: () => import('./imports-es.json') },
}

const STORED_AS = 'bestow-language'

/** The language that the person has chosen, or that of the browser. */
export const language: Language = chosenLanguage()

let texts: Record<string, string> = {}
const plurals = new Intl.PluralRules(language)

/** Loads the texts of the language; nothing is shown before. */
export async function loadTexts(): Promise<void> {
  texts = (await load[language]()).default
  document.documentElement.lang = language
}

/** Code of a page, once the texts that pages like it alone have are there. */
export async function withTexts<Module>(
  part: keyof typeof loadPart,
  loading: Promise<Module>,
): Promise<Module> {
  const [module, { default: own }] = await Promise.all([loading, loadPart[part][language]()])
  texts = { ...texts, ...own }
  return module
}

/** Switches to another language, by loading the page again. */
export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(STORED_AS, chosen)
  location.reload()
}

/** A text with its placeholders filled in; `{n}` decides between its forms `key.one` and `key.other`. */
export function t(key: TextKey, values: Values = {}): string {
  const text = texts[key] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** A text in the singular or the plural: the keys are `<key>.one` and `<key>.other`, and their placeholder `{n}`. */
export function plural(key: string, n: number, values: Values = {}): string {
  const form = `${key}.${plurals.select(n)}` in texts ? plurals.select(n) : 'other'
  return t(`${key}.${form}` as TextKey, { n: n.toLocaleString(language), ...values })
}

/** The text of a key that is put together at run time, or the fallback for one that there is not. */
export const textOr = (key: string, fallback: string, values?: Values): string =>
  key in texts ? t(key as TextKey, values) : fallback

function chosenLanguage(): Language {
  const stored = localStorage.getItem(STORED_AS) ?? navigator.language
  return stored.startsWith('es') ? 'es' : 'en'
}
