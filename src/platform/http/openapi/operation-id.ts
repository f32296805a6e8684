import { pascalCase, singularOf } from '../../jsonapi/documented.ts'

type Verbs = Record<string, string>

const OF_LIST: Verbs = { GET: 'list', POST: 'create' }
const OF_ONE: Verbs = { GET: 'get', POST: 'create', PUT: 'put', PATCH: 'update', DELETE: 'delete' }
const OF_RELATIONSHIP: Record<string, [verb: string, preposition: string]> = {
  GET: ['list', 'Of'],
  POST: ['add', 'To'],
  PATCH: ['replace', 'Of'],
  DELETE: ['remove', 'From'],
}

/** Last segments of a POST that begin with a verb. */
const ACTION =
  /^(?:accept|activate|advance|cancel|deactivate|merge|preview|reactivate|redeem|replay|resend|retry|rotate|send|start|submit|test)(?:_|$)/

/** Operations whose name does not follow from their path. */
const NAMED: Record<string, string> = {
  'POST /v1/oauth/token': 'createToken',
  'POST /v1/oauth/revoke': 'revokeToken',
  'DELETE /v1/sessions': 'deleteOtherSessions',
  'POST /v1/sessions/current/confirm': 'confirmSession',
  'POST /v1/sessions/passkey_options': 'createSignInOptions',
  'POST /v1/passkeys/options': 'createPasskeyOptions',
  // A word without a plural.
  'GET /v1/course_progress': 'listCourseProgress',
  'GET /v1/exports': 'downloadExport',
  'GET /v1/imports/{id}/rejected_rows': 'downloadImportRejectedRows',
  'POST /v1/imports/{id}/dry_run': 'dryRunImport',
  'GET /v1/reports/revenue': 'getRevenueReport',
  'GET /v1/reports/subscriptions': 'getSubscriptionReport',
  'GET /healthz': 'getHealth',
  'GET /readyz': 'getReadiness',
  'GET /metrics': 'getMetrics',
  'GET /metrics/database': 'getDatabaseMetrics',
}

/**
 * The name of an operation in generated clients: `listContacts`, `getContact`, `addOffersToContact`,
 * `rotateHookSecret`. It depends on the method and the path alone.
 */
export function operationId(method: string, url: string): string {
  const named = NAMED[`${method} ${url}`]
  if (named) return named
  const segments = url.split('/').filter((segment) => !['', 'v1', 'relationships'].includes(segment))
  const nouns = segments.filter((segment) => !isParameter(segment))
  const last = nouns.pop()!
  const parents = nouns.map((noun) => pascalCase(singularOf(noun))).join('')
  if (isParameter(segments.at(-1)!)) return OF_ONE[method] + parents + pascalCase(singularOf(last))
  if (url.includes('/relationships/')) {
    const [verb, preposition] = OF_RELATIONSHIP[method]!
    return verb + pascalCase(last) + preposition + parents
  }
  if (method === 'POST' && ACTION.test(last)) {
    const [verb, ...rest] = last.split('_')
    return verb + parents + pascalCase(rest.join('_'))
  }
  if (singularOf(last) === last) return OF_ONE[method] + parents + pascalCase(last)
  return OF_LIST[method] + parents + pascalCase(method === 'GET' ? last : singularOf(last))
}

const isParameter = (segment: string) => segment.startsWith('{')
