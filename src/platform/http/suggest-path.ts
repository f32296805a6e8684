/** Paths that clients are seen to try, and what they mean. */
const NEAR_MISSES: [RegExp, string][] = [
  [
    /^\/(?:v1\/)?(contacts|customers)\/(\w+)\/offers$/,
    'The offers of $1 are at /v1/$1/$2/relationships/offers.',
  ],
  [/^\/(?:v1\/)?contacts\/(\w+)\/tags$/, 'The tags of a contact are at /v1/contacts/$1/relationships/tags.'],
  [
    /^\/v1\/offers\/(\w+)\/relationships\/contacts$/,
    'Offers are granted from the other side: POST /v1/contacts/{id}/relationships/offers. Who holds one: GET /v1/contacts?filter[has_offer_id]=$1.',
  ],
  [/^\/(?:v1\/)?members(\/.*)?$/, 'Members are contacts and customers here: /v1/contacts, /v1/customers.'],
  [
    /^\/(?:v1\/)?(?:people|persons?|users?|subscribers?|leads?)(\/.*)?$/,
    'People are contacts here: /v1/contacts.',
  ],
  [/^\/(?:v1\/)?webhooks?(\/.*)?$/, 'Webhooks are at /v1/hooks.'],
  [/^\/(?:v1\/)?grants(\/.*)?$/, 'An offer is granted with POST /v1/contacts/{id}/relationships/offers.'],
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
    const [, rest = ''] = /^(?:\/api)?(?:\/v\d)?\/(.+)$/.exec(path) ?? []
    const right = `/v1/${rest
      .split('/')
      .map((word) => words.get(plain(word)) ?? word)
      .join('/')}`
    return right !== path && isKnown(right) ? `The path is ${right}.` : null
  }
}

/** A word without its number and its way of writing: contactTag, contact-tags and contact_tags are one. */
const plain = (word: string) =>
  word
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/s$/, '')
