import type { Resource, Scope } from './resource.ts'
import type { NamedSiteAttributes } from './site-attributes.ts'

/** Every resource there is. Relationships, includes and filters name them by their types. */
export interface Resources {
  all: Resource[]
  find: (type: string) => Resource | undefined
  /** @throws Error for a type that there is not */
  get: (type: string) => Resource
}

/** What loading resources takes, those that are related included. */
export interface LoadScope extends Scope {
  resources: Resources
  /** What parseQuery() needs of attributes that sites define: see withSiteAttributes(). */
  siteAttributes?: NamedSiteAttributes
}

/**
 * Connects resources with each other.
 *
 * @throws Error when two have one type, or one names a type that is not among them
 */
export function connectResources(all: Resource[]): Resources {
  const byType = new Map(all.map((resource) => [resource.type, resource]))
  if (byType.size < all.length) {
    const types = all.map(({ type }) => type)
    const twice = types.find((type, place) => types.indexOf(type) < place)
    throw new Error(`There are two resources of the type "${twice}"`)
  }
  const get = (type: string): Resource => {
    const resource = byType.get(type)
    if (!resource) throw new Error(`There is no resource of the type "${type}"`)
    return resource
  }
  for (const resource of all) {
    for (const { place, type } of namedBy(resource)) {
      if (!byType.has(type))
        throw new Error(
          `The ${place} of ${resource.type} names the type "${type}", which is not in the list of resources`,
        )
    }
  }
  return { all, find: (type) => byType.get(type), get }
}

function namedBy({
  relationships,
  filters,
  lookedUpFilters,
  permittedWith,
}: Resource): { place: string; type: string }[] {
  return [
    ...Object.entries(relationships).map(([name, { type }]) => ({ place: `relationship ${name}`, type })),
    ...Object.entries({ ...filters, ...lookedUpFilters }).flatMap(([name, { refersTo }]) =>
      refersTo ? [{ place: `filter ${name}`, type: refersTo }] : [],
    ),
    ...(permittedWith ? [{ place: 'permission', type: permittedWith }] : []),
  ]
}
