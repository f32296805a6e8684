import { Type } from 'typebox'
import { line, listOf } from '../platform/jsonapi/fields.ts'
import type { Attribute } from '../platform/jsonapi/resource.ts'

/** More than there are permissions. */
const MOST = 500

/** Permissions of a key or of a role; null: all, also those of later versions. */
export const permissionsAttribute = (): Attribute => ({
  schema: Type.Unsafe<string[] | null>({ type: ['array', 'null'], items: { type: 'string' } }),
})

/** How requests set them. Whether they exist is checked by assertPermissions(). */
export const permissionList = listOf('permissions', MOST, line(100))
