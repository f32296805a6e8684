import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { createRole, updateRole } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { plural, t } from '../../texts/translate.ts'
import { Permissions } from '../keys/permissions.tsx'
import type { Role } from './use-roles.ts'

/** Creates a role, or changes one: what its users may do from then on. */
export function RoleDialog({ role, onClose }: { role: Role | null; onClose: () => void }) {
  const [name, setName] = useState(role?.attributes.name ?? '')
  const [permissions, setPermissions] = useState<string[] | null>(role ? role.attributes.permissions : [])
  const attributes = { name, permissions }
  const users = role?.attributes.users_count ?? 0
  return (
    <FormDialog
      title={role ? t('roles.editTitle', { name: role.attributes.name }) : t('roles.new')}
      fields={['name', 'permissions']}
      submitLabel={role ? t('save') : t('products.create')}
      onClose={onClose}
      onSubmit={async () => {
        if (role) await updateRole(role.id, { data: { type: 'roles', id: role.id, attributes } })
        else await createRole({ data: { type: 'roles', attributes } })
        await refresh('roles')
        onClose()
      }}
    >
      {(errors) => (
        <>
          {users > 0 && <p>{plural('roles.users', users)}</p>}
          <TextInput
            label={t('team.name')}
            data-autofocus
            value={name}
            error={errors.name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Permissions value={permissions} error={errors.permissions} onChange={setPermissions} />
        </>
      )}
    </FormDialog>
  )
}
