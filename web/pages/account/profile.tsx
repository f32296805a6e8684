import { Button, TextInput } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deleteOtherSessions, deleteSession, listSessions, updateMe } from '../../api/generated.ts'
import { queryClient, refresh } from '../../api/queries.ts'
import { useMe } from '../../api/session.ts'
import { CardForm } from '../../parts/card-form.tsx'
import { CharacterKeysSwitch } from '../../parts/character-keys.tsx'
import { Moment } from '../../parts/dates.tsx'
import { attempt } from '../../parts/forms.tsx'
import { Card, Heading } from '../../parts/page.tsx'
import { Password } from '../../parts/password.tsx'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'
import { deviceName } from './device-name.ts'
import { Passkeys } from './passkeys.tsx'

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => listSessions({ signal }),
})

/** The user's own name, password, passkeys and sign-ins. */
export function Profile() {
  const { attributes } = useMe()
  return (
    <>
      <Heading title={t('profile.title')} lead={attributes.email} />
      <div className="narrow">
        <NameForm saved={attributes.name} />
        <PasswordForm hasPassword={attributes.has_password} />
        <Passkeys />
        <Card title={t('shortcuts.title')}>
          <CharacterKeysSwitch />
        </Card>
        <Sessions />
      </div>
    </>
  )
}

function NameForm({ saved }: { saved: string }) {
  const [name, setName] = useState(saved)
  return (
    <CardForm
      title={t('profile.name')}
      fields={['name']}
      isChanged={name !== saved}
      onSubmit={async () => {
        await updateMe({ data: { type: 'users', attributes: { name } } })
        await refresh('me')
      }}
    >
      {(errors) => (
        <TextInput
          label={t('entry.yourName')}
          autoComplete="name"
          value={name}
          error={errors.name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      )}
    </CardForm>
  )
}

function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  return (
    <CardForm
      title={t('profile.password')}
      fields={['password', 'current_password']}
      isChanged={password !== ''}
      onSubmit={async () => {
        const attributes = { password, current_password: current || undefined }
        await updateMe({ data: { type: 'users', attributes } })
        setCurrent('')
        setPassword('')
        await refresh('sessions', 'me')
      }}
    >
      {(errors) => (
        <>
          {hasPassword && (
            <Password
              label={t('profile.currentPassword')}
              value={current}
              error={errors.current_password}
              onChange={setCurrent}
            />
          )}
          <Password isNew value={password} error={errors.password} onChange={setPassword} />
          <p className="meta">{t('reset.chooseLead')}</p>
        </>
      )}
    </CardForm>
  )
}

function Sessions() {
  const { data } = useQuery(sessionsQuery)
  async function act(action: () => Promise<unknown>) {
    await attempt(action)
    await queryClient.invalidateQueries(sessionsQuery)
  }
  const sessions = data?.data ?? []
  return (
    <Card
      title={t('profile.sessions')}
      action={
        sessions.length > 1 && (
          <Button variant="default" size="xs" onClick={() => void act(() => deleteOtherSessions())}>
            {t('profile.signOutElsewhere')}
          </Button>
        )
      }
    >
      <ul className="lines">
        {sessions.map(
          ({ id, attributes: { browser, current, last_used_at, last_used_from, created_at } }) => (
            <li key={id} className="line">
              <span>{deviceName(browser)}</span>
              <span className="meta">{last_used_from}</span>
              <Moment at={last_used_at ?? created_at} />
              {current ? (
                <State tone="good">{t('profile.thisSession')}</State>
              ) : (
                <span className="line-actions">
                  <Button variant="default" size="xs" onClick={() => void act(() => deleteSession(id))}>
                    {t('shell.signOut')}
                  </Button>
                </span>
              )}
            </li>
          ),
        )}
      </ul>
    </Card>
  )
}
