import { Button, Menu } from '@mantine/core'
import { deleteRole } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { EditIcon, PlusIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { plural, t } from '../../texts/translate.ts'
import { type Role, useRoles } from './use-roles.ts'

const RoleDialog = onDemand(async () => (await import('./role-dialog.tsx')).RoleDialog)

/** What each role permits, which can be changed; the API refuses one's own role, and to give more than one has. */
export function Roles() {
  const roles = useRoles()
  const mayManage = useMay()('manage:users')
  const { search, change } = useAddress()
  const close = () => change({ dialog: undefined, role: undefined })
  const chosen = roles.find(({ id }) => id === search.role)
  return (
    <Card
      title={t('team.roles')}
      action={
        mayManage && (
          <Button
            variant="default"
            size="xs"
            leftSection={<PlusIcon size={14} />}
            onClick={() => change({ dialog: 'role' })}
          >
            {t('roles.new')}
          </Button>
        )
      }
    >
      <ul className="lines">
        {roles.map((role) => (
          <RoleLine key={role.id} role={role} mayManage={mayManage} />
        ))}
      </ul>
      {search.dialog === 'role' && (chosen || !search.role) && (
        <RoleDialog role={chosen ?? null} onClose={close} />
      )}
      {search.dialog === 'delete-role' && chosen && <DeleteDialog role={chosen} onClose={close} />}
    </Card>
  )
}

function RoleLine({ role: { id, attributes }, mayManage }: { role: Role; mayManage: boolean }) {
  const { change } = useAddress()
  const { name, permissions, users_count } = attributes
  return (
    <li className="line">
      <strong>{name}</strong>
      <span className="meta">
        {permissions === null ? t('keys.all') : plural('keys.some', permissions.length)} ·{' '}
        {plural('team.count', users_count)}
      </span>
      {mayManage && (
        <span className="line-actions">
          <MoreMenu label={t('roles.actionsOf', { name })} isInRow width={180}>
            <Menu.Item
              leftSection={<EditIcon size={16} />}
              onClick={() => change({ dialog: 'role', role: id })}
            >
              {t('roles.edit')}
            </Menu.Item>
            <Menu.Item
              leftSection={<TrashIcon size={16} />}
              onClick={() => change({ dialog: 'delete-role', role: id })}
            >
              {t('delete')}
            </Menu.Item>
          </MoreMenu>
        </span>
      )}
    </li>
  )
}

function DeleteDialog({ role: { id, attributes }, onClose }: { role: Role; onClose: () => void }) {
  return (
    <FormDialog
      title={t('roles.deleteTitle', { name: attributes.name })}
      fields={[]}
      submitLabel={t('delete')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteRole(id)
        await refresh('roles')
        onClose()
      }}
    >
      {() => <p>{t('roles.deleteText')}</p>}
    </FormDialog>
  )
}
