import { Button, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { findIncluded } from '../api/documents.ts'
import {
  createInvitation,
  deleteInvitation,
  deleteUser,
  listInvitations,
  listRoles,
  listUsers,
  resendInvitation,
  updateUser,
} from '../api/generated.ts'
import { listOf, refresh } from '../api/queries.ts'
import { useMay, useMe } from '../api/session.ts'
import { Code } from '../parts/code.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Moment } from '../parts/dates.tsx'
import { attempt, FormDialog, notify } from '../parts/forms.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Card, Empty, Heading } from '../parts/page.tsx'
import { PAGE_SIZE, useAddress } from '../parts/search.ts'
import { State } from '../parts/state.tsx'
import { plural, t } from '../texts/translate.ts'

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
        <FormDialog
          title={t('team.linkTitle')}
          fields={[]}
          submitLabel={t('secret.done')}
          onClose={() => setLink(null)}
          onSubmit={async () => setLink(null)}
        >
          {() => (
            <>
              <p>{t('team.linkText')}</p>
              <Code code={link} label={t('team.linkTitle')} />
            </>
          )}
        </FormDialog>
      )}
    </>
  )
}

function useRoles() {
  const { data } = useQuery(listOf('roles', listRoles, { 'page[size]': 100 }))
  return data?.data ?? []
}

function Invitations({ onLink }: { onLink: (link: string) => void }) {
  const may = useMay()
  const { data } = useQuery(listOf('invitations', listInvitations, { 'page[size]': 100 }))
  if (!data || data.data.length === 0) return null
  async function act(action: () => Promise<unknown>) {
    await attempt(action)
    await refresh('invitations')
  }
  return (
    <Card title={t('team.invitations')}>
      <ul className="lines">
        {data.data.map(({ id, attributes: { email, status, expires_at } }) => (
          <li key={id} className="line">
            <span>{email}</span>
            <State tone={status === 'expired' ? 'bad' : 'warn'}>
              {status === 'expired' ? t('team.expired') : t('team.open')}
            </State>
            <Moment at={expires_at} as="day" />
            {may('manage:users') && (
              <span className="line-actions">
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('team.resendTo', { email })}
                  onClick={() =>
                    void act(async () => onLink((await resendInvitation(id)).data.attributes.link!))
                  }
                >
                  {t('team.resend')}
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('team.revokeOf', { email })}
                  onClick={() => void act(() => deleteInvitation(id))}
                >
                  {t('access.revoke')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** What each role permits. */
function Roles() {
  const roles = useRoles()
  return (
    <Card title={t('team.roles')}>
      <ul className="lines">
        {roles.map(({ id, attributes: { name, permissions, users_count } }) => (
          <li key={id} className="line">
            <strong>{name}</strong>
            <span className="meta">
              {permissions === null ? t('keys.all') : plural('keys.some', permissions.length)} ·{' '}
              {plural('team.count', users_count)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function InviteDialog({ onClose, onLink }: { onClose: () => void; onLink: (link: string) => void }) {
  const roles = useRoles()
  const [email, setEmail] = useState('')
  const [roleId, setRoleId] = useState<string | null>(null)
  return (
    <FormDialog
      title={t('team.invite')}
      fields={['email']}
      submitLabel={t('team.send')}
      canSubmit={roleId !== null}
      onClose={onClose}
      onSubmit={async () => {
        const { data } = await createInvitation({
          data: {
            type: 'invitations',
            attributes: { email },
            relationships: { role: { data: { type: 'roles', id: roleId! } } },
          },
        })
        await refresh('invitations')
        onClose()
        onLink(data.attributes.link!)
      }}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('signIn.email')}
            type="email"
            data-autofocus
            value={email}
            error={errors.email}
            onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          />
          <Select
            label={t('team.role')}
            data={roles.map(({ id, attributes }) => ({ value: id, label: attributes.name }))}
            value={roleId}
            onChange={setRoleId}
          />
        </>
      )}
    </FormDialog>
  )
}
