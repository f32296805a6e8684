import type { Resource } from '../jsonapi/resource.ts'

/**
 * What a key can be allowed to do. Kajabi names permissions to see things `view:<resource>`;
 * those to change things, `manage:<resource>`, to change many at once, `bulk:<what>`, and those for a single act are
 * ours.
 */
export type Permission =
  | `view:${string}`
  | `manage:${string}`
  | `bulk:${string}`
  | 'export:contacts'
  | 'sign_in_as:members'

/** Choosing the ids of what is created. */
const CHOOSE_IDS: Permission = 'manage:ids'

/** Reading everything that is kept about a person, and using the members' pages as one of them. */
const ACTS: Permission[] = ['export:contacts', 'sign_in_as:members']

/** What can be done for many contacts at once; each with a permission of its own, besides those that one of them takes. */
export const BULK_KINDS = ['grants', 'revocations', 'tags'] as const

export type BulkKindName = (typeof BULK_KINDS)[number]

export const bulk = (kind: BulkKindName): Permission => `bulk:${kind}`

/** The permission to see a resource. */
export const viewing = ({ type, permittedWith = type }: Resource): Permission => `view:${permittedWith}`

/** The permission to change it. */
export const managing = ({ type, permittedWith = type }: Resource): Permission => `manage:${permittedWith}`

/** Every permission there is. */
export const permissionsOf = (resources: Resource[]): Permission[] => [
  ...resources
    .filter(({ permittedWith }) => !permittedWith)
    .flatMap((resource) =>
      resource.isManaged === false ? [viewing(resource)] : [viewing(resource), managing(resource)],
    ),
  CHOOSE_IDS,
  ...BULK_KINDS.map(bulk),
  ...ACTS,
]
