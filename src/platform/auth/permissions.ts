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
  | 'delete:contacts'
  | 'export:contacts'
  | 'sign_in_as:members'
  | 'configure:sites'

/** Choosing the ids of what is created. */
const CHOOSE_IDS: Permission = 'manage:ids'

/** Changing the addresses of a site and who its e-mails are from, besides its look; moving the clock. */
export const CONFIGURE_SITES: Permission = 'configure:sites'

/** Deleting a person's data, reading all of it, using the members' pages as that person, and configuring sites. */
const ACTS: Permission[] = ['delete:contacts', 'export:contacts', 'sign_in_as:members', CONFIGURE_SITES]

/** What can be done for many contacts at once; each with a permission of its own, besides those that one of them takes. */
export const BULK_KINDS = ['grants', 'revocations', 'tags'] as const

export type BulkKindName = (typeof BULK_KINDS)[number]

export const bulk = (kind: BulkKindName): Permission => `bulk:${kind}`

/** The kinds of files that can be imported. */
export const IMPORT_KINDS = ['contacts', 'subscriptions', 'transactions', 'form_submissions'] as const

export type ImportKindName = (typeof IMPORT_KINDS)[number]

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
