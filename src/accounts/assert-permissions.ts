import { permissionsOf } from '../platform/auth/permissions.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import type { Resources } from '../platform/jsonapi/resources.ts'

/** @throws ApiError 422 that names a permission that there is not, and those that there are */
export function assertPermissions(resources: Resources, wanted: string[]): void {
  const permissions: string[] = permissionsOf(resources.all)
  const unknown = wanted.find((permission) => !permissions.includes(permission))
  if (unknown === undefined) return
  throw unprocessable(
    'unknown_permission',
    `Unknown permission "${unknown}". Use one of: ${permissions.join(', ')}.`,
    '/data/attributes/permissions',
  )
}
