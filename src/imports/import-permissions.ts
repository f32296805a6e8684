import type { Permission } from '../platform/auth/permissions.ts'
import type { ImportKind } from './import-kind.ts'

/** The permissions that an import takes: to import, and for what it does. */
export const needsOf = ({ needs }: ImportKind): Permission[] => ['manage:imports', ...needs]
