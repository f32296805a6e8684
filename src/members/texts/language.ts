import { type Language, languages } from '../../platform/text/languages.ts'
import en from './en.json' with { type: 'json' }
import es from './es.json' with { type: 'json' }

export type { Language } from '../../platform/text/languages.ts'

/** Every text of the members' pages; one file per language. */
export const texts: Record<Language, Record<string, string>> = { en, es }

const MAX_HEADER_CHARS = 500

/**
 * The language to answer in, from an `Accept-Language` header: the available one with the highest quality, the
 * first of two that are equal. Regions are ignored: `es-MX` gets Spanish.
 *
 * @param fallback for browsers that ask for no available language
 */
export function pickLanguage(acceptLanguage: string | undefined, fallback: Language): Language {
  let best: { language: Language; quality: number } | undefined
  for (const wish of (acceptLanguage ?? '').slice(0, MAX_HEADER_CHARS).split(',')) {
    const [range = '', ...parameters] = wish
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const quality = qualityOf(parameters)
    const language = range === '*' ? fallback : languages.find((known) => known === range.split('-')[0])
    if (language && quality > (best?.quality ?? 0)) best = { language, quality }
  }
  return best?.language ?? fallback
}

function qualityOf(parameters: string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}
