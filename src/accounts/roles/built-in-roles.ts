/** The roles that every account has to begin with. They are data from then on, and can be changed like any other. */
import type { App } from '../../platform/app.ts'
import { CONFIGURE_SITES, permissionsOf } from '../../platform/auth/permissions.ts'
import type { Tx } from '../../platform/db/database.ts'

/** What support staff changes; of most other things they see everything. */
const MANAGED_BY_SUPPORT = ['contacts', 'grants', 'emails', 'form_submissions']
const HIDDEN_FROM_SUPPORT = ['hooks', 'api_keys', 'users', 'ids']

const typeOf = (permission: string) => permission.split(':')[1]!

/** Null: all permissions, also those of later versions. */
export function builtInRoles({ resources }: Pick<App, 'resources'>): Record<string, string[] | null> {
  const all: string[] = permissionsOf(resources.all)
  return {
    'Sub-owner': null,
    Administrator: all.filter((permission) => !['manage:users', CONFIGURE_SITES].includes(permission)),
    Support: all.filter(
      (permission) =>
        !HIDDEN_FROM_SUPPORT.includes(typeOf(permission)) &&
        (permission.startsWith('view:') ||
          (permission.startsWith('manage:') && MANAGED_BY_SUPPORT.includes(typeOf(permission)))),
    ),
  }
}

export async function makeBuiltInRoles(app: App, tx: Tx, accountId: string, now: Date): Promise<void> {
  await tx
    .insertInto('roles')
    .values(
      Object.entries(builtInRoles(app)).map(([name, permissions]) => ({
        account_id: accountId,
        name,
        permissions,
        created_at: now,
        updated_at: now,
      })),
    )
    .execute()
}
