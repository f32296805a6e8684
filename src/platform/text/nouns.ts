/** Vowels that are spoken as a consonant is: "a user", "a URL", "a unit", "a one-time link". */
const SPOKEN_AS_CONSONANT = /^(?:us(?!h)|url|uni(?!n)|eu|one\b)/i

/** As in "an offer" and "a user". */
export const withArticle = (noun: string): string =>
  `${/^[aeiou]/i.test(noun) && !SPOKEN_AS_CONSONANT.test(noun) ? 'an' : 'a'} ${noun}`

/** Words whose plural does not follow from the rules; "progress" has none. */
const PLURALS: Record<string, string> = { medium: 'media', progress: 'progress' }

/** As in "e-mail templates", "webhook deliveries" and "contact aliases". */
export const pluralOf = (noun: string): string =>
  noun.replace(/\S+$/, (last) => {
    if (Object.hasOwn(PLURALS, last)) return PLURALS[last]!
    if (/(?:s|x|ch|sh)$/.test(last)) return `${last}es`
    return /[^aeiou]y$/.test(last) ? `${last.slice(0, -1)}ies` : `${last}s`
  })

/** As in "Internal title". */
export const capitalized = (text: string): string => text[0]!.toUpperCase() + text.slice(1)
