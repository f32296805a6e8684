import { Button, Modal, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { findIncluded } from '../../api/documents.ts'
import { deleteUser, listUsers, updateUser } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay, useMe } from '../../api/session.ts'
import { Code } from '../../parts/code.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { attempt, FormDialog, notify } from '../../parts/forms.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { plural, t } from '../../texts/translate.ts'
import { Invitations, InviteDialog } from './invitations.tsx'
import { Roles } from './roles.tsx'
import { useRoles } from './use-roles.ts'

/** The users of the account with their roles, and the invitations that nobody has accepted yet. */
export function Team() {
  const { search, change } = useAddress()
  const may = useMay()
  const me = useMe()
  const [link, setLink] = useState<string | null>(null)
  const roles = useRoles()
  const query = useQuery(listOf('users', listUsers, { 'page[size]': PAGE_SIZE, include: 'role' }))
  type Row = NonNullable<typeof query.data>['data'][number]
  const close = () => change({ dialog: undefined, user: undefined })
  const leaving = query.data?.data.find(({ id }) => id === search.user)

  async function changeRole(id: string, roleId: string) {
    await attempt(async () => {
      await updateUser(id, {
        data: { type: 'users', id, relationships: { role: { data: { type: 'roles', id: roleId } } } },
      })
      notify(t('team.roleChanged'))
    })
    await refresh('users')
  }

  const columns: Column<Row>[] = [
    {
      title: t('team.name'),
      cell: ({ attributes }) => (
        <>
          <strong>{attributes.name}</strong>
          <div className="meta">{attributes.email}</div>
        </>
      ),
    },
    {
      title: t('team.role'),
      cell: ({ id, attributes, relationships }) => {
        const role = relationships.role?.data
        if (!role) return <State tone="plain">{t('team.owner')}</State>
        if (!may('manage:users') || id === me.id)
          return String(findIncluded(query.data, role)?.attributes.name)
        return (
          <Select
            size="xs"
            w={180}
            allowDeselect={false}
            aria-label={t('team.roleOf', { name: attributes.name })}
            data={roles.map((each) => ({ value: each.id, label: each.attributes.name }))}
            value={role.id}
            onChange={(roleId) => void changeRole(id, roleId!)}
          />
        )
      },
    },
    {
      title: t('team.since'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} as="day" />,
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes, relationships }) =>
        may('manage:users') &&
        relationships.role?.data &&
        id !== me.id && (
          <Button
            variant="default"
            size="xs"
            aria-label={t('team.removeOf', { name: attributes.name })}
            onClick={() => change({ dialog: 'remove', user: id })}
          >
            {t('team.remove')}
          </Button>
        ),
    },
  ]
  return (
    <>
      <Heading
        title={t('team.title')}
        lead={query.data && plural('team.count', query.data.meta.total_count ?? 0)}
        actions={
          may('manage:users') && (
            <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'invite' })}>
              {t('team.invite')}
            </Button>
          )
        }
      />
      <DataTable
        label={t('team.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('team.title')} />}
      />
      <Invitations onLink={setLink} />
      <Roles />
      {search.dialog === 'invite' && <InviteDialog onClose={close} onLink={setLink} />}
      {search.dialog === 'remove' && leaving && (
        <FormDialog
          title={t('team.removeTitle', { name: leaving.attributes.name })}
          fields={[]}
          submitLabel={t('team.remove')}
          isDangerous
          onClose={close}
          onSubmit={async () => {
            await deleteUser(leaving.id)
            await refresh('users', 'api_keys')
            close()
          }}
        >
          {() => <p>{t('team.removeText')}</p>}
        </FormDialog>
      )}
      {link && (
        <Modal
          opened
          onClose={() => setLink(null)}
          title={t('team.linkTitle')}
          closeButtonProps={{ 'aria-label': t('dialog.close') }}
        >
          <div className="fields">
            <p>{t('team.linkText')}</p>
            <Code code={link} label={t('team.linkTitle')} />
          </div>
          <div className="dialog-buttons">
            <Button onClick={() => setLink(null)}>{t('secret.done')}</Button>
          </div>
        </Modal>
      )}
    </>
  )
}
