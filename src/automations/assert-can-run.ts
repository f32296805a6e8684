import { needsOf } from '../platform/events/events.ts'
import { assertMay } from '../platform/http/authenticate.ts'
import type { Caller } from '../platform/http/route.ts'
import { jsonPointer, type Path } from '../platform/jsonapi/errors.ts'
import { ACTION_NEEDS } from './actions.ts'
import { ATTRIBUTES } from './fields.ts'
import type { Definition } from './parse-automation.ts'

/**
 * An automation is no way round permissions: who makes, changes or enables one may do by hand all that it does,
 * and see what it goes by.
 *
 * @param given what the request itself says of it, which the error then points at; left out, it says nothing
 * @throws ApiError 403
 */
export function assertCanRun(
  { permissions }: Pick<Caller, 'permissions'>,
  definition: Definition,
  given?: Partial<Definition>,
): void {
  for (const { needs, path } of allNeeds(definition))
    assertMay(permissions, needs, given && sourceOf(path, given))
}

const sourceOf = (path: Path, given: Partial<Definition>) => ({
  pointer: jsonPointer([...ATTRIBUTES, ...(String(path[0]) in given ? path : [])]),
})

function allNeeds({ actions, conditions, trigger }: Definition): { needs: readonly string[]; path: Path }[] {
  return [
    ...actions.map(({ action }, index) => ({ needs: ACTION_NEEDS[action], path: ['actions', index] })),
    { needs: conditions ? ['view:contacts'] : [], path: ['conditions'] },
    { needs: needsOf(trigger), path: ['trigger'] },
  ]
}
