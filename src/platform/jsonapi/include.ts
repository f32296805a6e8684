/** The parameter `include`. */
import { commaSeparated } from '../text/comma-separated.ts'
import type { Ignored } from './query.ts'
import type { Resource } from './resource.ts'
import type { Resources } from './resources.ts'

/** Each level of an include costs queries. */
const DEEPEST_INCLUDE = 3

/** `include=a,b.c` as a tree: {a: {}, b: {c: {}}}. */
export interface IncludeTree {
  [relationship: string]: IncludeTree
}

/** Reads the relationships to include; what cannot be included is added to `ignored`. */
export function parseInclude(
  resources: Resources,
  resource: Resource,
  value: string,
  ignored: Ignored[],
): IncludeTree {
  const tree: IncludeTree = {}
  for (const path of commaSeparated(value)) {
    let branch = tree
    let current = resource
    for (const [depth, name] of path.split('.').entries()) {
      const relationship = Object.hasOwn(current.relationships, name) && current.relationships[name]
      if (!relationship || depth === DEEPEST_INCLUDE) {
        const reason = relationship
          ? `An include can be ${DEEPEST_INCLUDE} relationships deep, and ${path} is deeper`
          : `There is no relationship "${name}" of ${current.type} to include`
        ignored.push({ reason, source: { parameter: 'include' } })
        break
      }
      branch[name] ??= {}
      branch = branch[name]
      current = resources.get(relationship.type)
    }
  }
  return tree
}
