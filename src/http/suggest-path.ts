/** Paths that clients are seen to try, and what they mean. */
const NEAR_MISSES: [RegExp, string][] = [
  [/^\/oauth\/(token|revoke)$/, 'The path is /v1/oauth/$1.'],
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
  [/^\/(?:v1\/)?grants(\/.*)?$/, 'An offer is granted with POST /v1/contacts/{id}/relationships/offers.'],
  [
    /^\/(?:v1\/)?tags(\/.*)?$/,
    'Tags are at /v1/contact_tags, those of a contact at /v1/contacts/{id}/relationships/tags.',
  ],
  [
    /^\/(?!v1\/|v1$)(?:api\/v1\/)?(contacts|customers|offers|products|sites|me|version)\b(.*)$/,
    'The path is /v1/$1$2.',
  ],
]

/** A sentence that leads to the right path; null when `path` resembles nothing. */
export function suggestPath(path: string): string | null {
  for (const [pattern, advice] of NEAR_MISSES) {
    if (pattern.test(path)) return path.replace(pattern, advice)
  }
  return null
}
