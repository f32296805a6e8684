import slugify from '@sindresorhus/slugify'

/**
 * A part of an address, of a to z, 0 to 9 and single hyphens, that follows from a title: "Écolé du Café 2" becomes
 * "ecole-du-cafe-2". Empty where nothing of the title can be written so.
 */
export const slugOf = (title: string, longest: number): string =>
  slugify(withoutAccents(title), { decamelize: false, customReplacements: [['&', ' ']] })
    .slice(0, longest)
    .replace(/-$/, '')

/** Latin letters alone: in other scripts, a mark makes another letter, as in й. */
const withoutAccents = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
