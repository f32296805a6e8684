const HOW_TO_GRANT = 'Grant an offer with POST /v1/contacts/{id}/relationships/offers.'

/** Paths that clients are seen to try, and what they mean. */
const NEAR_MISSES: [RegExp, string][] = [
  [
    /^\/(?:v1\/)?(contacts|customers)\/(?!relationships)(\w+)\/offers$/,
    'The offers of $1 are at /v1/$1/$2/relationships/offers.',
  ],
  [
    /^\/(?:v1\/)?contacts\/(?!relationships)(\w+)\/tags$/,
    'The tags of a contact are at /v1/contacts/$1/relationships/tags.',
  ],
  [
    /^\/v1\/offers\/(\w+)\/relationships\/contacts$/,
    'Offers are granted from the other side: POST /v1/contacts/{id}/relationships/offers. Who holds one: GET /v1/contacts?filter[has_offer_id]=$1.',
  ],
  [/^\/(?:v1\/)?members(\/.*)?$/, 'Members are called contacts and customers: /v1/contacts, /v1/customers.'],
  [
    /^\/(?:v1\/)?(?:people|persons?|users?|subscribers?|leads?)(\/.*)?$/,
    'People are called contacts: /v1/contacts.',
  ],
  [/^\/(?:v1\/)?webhooks?(\/.*)?$/, 'Webhooks are at /v1/hooks.'],
  [/^\/(?:v1\/)?grants(\/.*)?$/, HOW_TO_GRANT],
  [
    /^\/(?:v1\/)?tags(\/.*)?$/,
    'Tags are at /v1/contact_tags, those of a contact at /v1/contacts/{id}/relationships/tags.',
  ],
  [/^\/(?:v1\/)?(?:oauth2?\/)?(token|revoke)$/, 'The path is /v1/oauth/$1.'],
]

/**
 * Leads from a wrong path to the right one.
 *
 * @param operations every one that there is, with what matches its paths
 * @returns a function that makes a sentence for a path; null when the path resembles nothing
 */
export function pathSuggestions(
  operations: { url: string; matches: RegExp }[],
): (path: string) => string | null {
  const isKnown = (path: string) => operations.some(({ matches }) => matches.test(path))
  const words = new Map(
    operations
      .flatMap(({ url }) => url.split('/').filter((word) => /^\w/.test(word)))
      .map((word) => [plain(word), word]),
  )
  return (path) => {
    for (const [pattern, advice] of NEAR_MISSES) {
      if (pattern.test(path)) return path.replace(pattern, advice)
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

/** Leads from a method that a path does not take to the operation that was meant; null when it is not known. */
export const methodSuggestion = (method: string, path: string): string | null =>
  method === 'POST' && path === '/v1/grants' ? HOW_TO_GRANT : null

/** A word without its number and its way of writing: contactTag, contact-tags and contact_tags are one. */
const plain = (word: string) =>
  word
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/s$/, '')
