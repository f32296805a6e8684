import { Button, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { createInvitation, deleteInvitation, listInvitations, resendInvitation } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { attempt, FormDialog } from '../../parts/forms.tsx'
import { Card } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'
import { useRoles } from './use-roles.ts'

/** The invitations that nobody has accepted yet. */
export function Invitations({ onLink }: { onLink: (link: string) => void }) {
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

export function InviteDialog({ onClose, onLink }: { onClose: () => void; onLink: (link: string) => void }) {
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
