import type { Resource } from '../jsonapi/resource.ts'

/**
 * What a key can be allowed to do. Kajabi names permissions to see things `view:<resource>`;
 * those to change things, `manage:<resource>`, are ours.
 */
export type Permission = `view:${string}` | `manage:${string}`

/** Choosing the ids of what is created. */
const CHOOSE_IDS: Permission = 'manage:ids'

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
]
