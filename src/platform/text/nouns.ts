/** As in "an offer". */
export const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`

/** As in "Internal title". */
export const capitalized = (text: string): string => text[0]!.toUpperCase() + text.slice(1)
