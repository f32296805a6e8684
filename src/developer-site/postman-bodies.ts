/** Bodies of the collection: examples about what other requests have found, which can be sent again and again. */
import { singularOf } from '../platform/jsonapi/documented.ts'

/** The variable with the id of a resource, by its type or its part of an address. */
export const idOf = (type: string): string => `${singularOf(type)}_id`

/** Types that members refer to by another name than their own. */
const REFERS: Record<string, string> = {
  tag_id: 'contact_tag_id',
  add_tag_id: 'contact_tag_id',
  remove_tag_id: 'contact_tag_id',
  template_id: 'email_template_id',
  run_id: 'automation_run_id',
}

/** Members that differ from those of other resources, and values that Postman generates for each request. */
const NEW_VALUES: Record<string, (example: string) => string | undefined> = {
  email: () => 'grace-{{$timestamp}}-{{$randomInt}}@example.com',
  subdomain: () => 'watercolor-{{$timestamp}}-{{$randomInt}}',
  custom_domain: () => 'members-{{$timestamp}}-{{$randomInt}}.example.com',
  // It would have to be one of `external_user_ids`.
  external_user_id: () => undefined,
  name: (example) => `${example} {{$guid}}`,
  title: (example) => `${example} {{$guid}}`,
  slug: () => 'watercolor-{{$guid}}',
  code: () => 'SPRING{{$timestamp}}{{$randomInt}}',
  reference: () => '{{$guid}}',
  // Left out, the server chooses one.
  handle: (example) => (example.startsWith('custom_') ? undefined : example),
}

/** @param kept the variables that requests of the collection find */
export function runnableBody(example: unknown, kept: ReadonlySet<string>): unknown {
  if (Array.isArray(example)) return example.map((one) => runnableBody(one, kept))
  if (typeof example !== 'object' || example === null) return example
  const members = example as Record<string, unknown>
  const renewed = (name: string, value: unknown): unknown => {
    if (name === 'id' && 'source' in members) return 'user-{{$guid}}'
    const variable = variableUnder(name, members)
    if (typeof value === 'string' && kept.has(variable)) return `{{${variable}}}`
    const ofEach = variableUnder(name.replace(/_ids$/, '_id'), members)
    if (Array.isArray(value) && kept.has(ofEach)) return [`{{${ofEach}}}`]
    const make = NEW_VALUES[name]
    return typeof value === 'string' && make ? make(value) : runnableBody(value, kept)
  }
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, renewed(name, value)]))
}

/** The variable that a member such as `offer_id`, or the `id` beside a `type`, has the value of; or "". */
function variableUnder(name: string, { type, event }: Record<string, unknown>): string {
  if (name === 'id') return typeof type === 'string' ? idOf(type) : ''
  if (name === 'resource_id') return String(event).startsWith('tag_') ? 'contact_tag_id' : 'offer_id'
  return REFERS[name] ?? (name.endsWith('_id') ? name : '')
}
