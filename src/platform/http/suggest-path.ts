import type { Resource } from '../jsonapi/resource.ts'
import { withArticle } from '../text/nouns.ts'

type NearMiss = [path: RegExp, hint: string]

const OAUTH: NearMiss = [/^\/(?:v1\/)?(?:oauth2?\/)?(token|revoke)$/, 'The path is /v1/oauth/$1.']

/** Paths of relationships without the word "relationships". */
const shortened = ({ type, singular, relationships }: Resource): NearMiss[] =>
  Object.entries(relationships).flatMap(([name, relationship]): NearMiss[] =>
    relationship.kind === 'many' && relationship.hasEndpoint
      ? [
          [
            new RegExp(`^/(?:v1/)?${type}/(?!relationships)(\\w+)/${name}$`),
            `The ${name} of ${withArticle(singular)} are at /v1/${type}/$1/relationships/${name}.`,
          ],
        ]
      : [],
  )

/**
 * Leads from a wrong path to the right one.
 *
 * @param operations every one that there is, with what matches its paths
 * @param resources every one that there is: they know what clients call them
 * @returns a function that makes a sentence for a path; null when the path resembles nothing
 */
export function pathSuggestions(
  operations: { url: string; matches: RegExp }[],
  resources: Resource[],
): (path: string) => string | null {
  const isKnown = (path: string) => operations.some(({ matches }) => matches.test(path))
  const words = new Map(
    operations
      .flatMap(({ url }) => url.split('/').filter((word) => /^\w/.test(word)))
      .map((word) => [plain(word), word]),
  )
  const nearMisses = [
    ...resources.flatMap((resource) => [...shortened(resource), ...(resource.nearMisses ?? [])]),
    OAUTH,
  ]
  return (path) => {
    for (const [pattern, hint] of nearMisses) {
      if (pattern.test(path)) return path.replace(pattern, hint)
    }
    // A base URL that ends with a slash, in front of a path that begins with one.
    const [, rest = ''] = /^(?:\/api)?(?:\/v\d)?\/(.+)$/i.exec(path.replace(/\/{2,}/g, '/')) ?? []
    const right = `/v1/${rest
      .split('/')
      .map((word) => words.get(plain(word)) ?? word)
      .join('/')}`
    return right !== path && isKnown(right) ? `The path is ${right}.` : null
  }
}

/** Leads from a method that a path does not support to the operation that was meant; null when it is not known. */
export function methodSuggestions(resources: Resource[]): (method: string, path: string) => string | null {
  const byPath = new Map(resources.map(({ type, insteadOf = {} }) => [`/v1/${type}`, insteadOf]))
  return (method, path) => byPath.get(path)?.[method] ?? null
}

/** A word without its number and its way of writing: contactTag, contact-tags and contact_tags are one. */
const plain = (word: string) =>
  word
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/s$/, '')
