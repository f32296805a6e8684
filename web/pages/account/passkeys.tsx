import { Button, Menu, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { deletePasskey, type listPasskeys, updatePasskey } from '../../api/generated.ts'
import { addPasskey, canUsePasskeys, isOpenedByAddress } from '../../api/passkeys.ts'
import { refresh } from '../../api/queries.ts'
import { passkeysQuery } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Card } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import { deviceName } from './device-name.ts'

/** The passkeys of the user: what they are called and when they were used; adding, renaming and removing them. */
export function Passkeys() {
  const { search, change } = useAddress()
  const { data } = useQuery(passkeysQuery)
  const passkeys = data?.data ?? []
  const close = () => change({ dialog: undefined, passkey: undefined })
  const chosen = passkeys.find(({ id }) => id === search.passkey)
  return (
    <Card
      title={t('passkeys.title')}
      action={
        canUsePasskeys && (
          <Button variant="default" size="xs" onClick={() => change({ dialog: 'add-passkey' })}>
            {t('passkeys.add')}
          </Button>
        )
      }
    >
      {passkeys.length === 0 && <p className="meta">{t('passkeys.none')}</p>}
      {!canUsePasskeys && <p className="meta">{whyNot()}</p>}
      <ul className="lines">
        {passkeys.map(({ id, attributes: { name, created_at, last_used_at } }) => (
          <li key={id} className="line">
            <strong>{name}</strong>
            <span className="meta">
              {last_used_at ? t('passkeys.used') : t('passkeys.added')}{' '}
              <Moment at={last_used_at ?? created_at} />
            </span>
            <span className="line-actions">
              <MoreMenu isInRow label={t('passkeys.actions', { name })}>
                <Menu.Item onClick={() => change({ dialog: 'rename-passkey', passkey: id })}>
                  {t('passkeys.rename')}
                </Menu.Item>
                <Menu.Item onClick={() => change({ dialog: 'remove-passkey', passkey: id })}>
                  {t('passkeys.remove')}
                </Menu.Item>
              </MoreMenu>
            </span>
          </li>
        ))}
      </ul>
      {search.dialog === 'add-passkey' && <AddDialog onClose={close} />}
      {search.dialog === 'rename-passkey' && chosen && <RenameDialog passkey={chosen} onClose={close} />}
      {search.dialog === 'remove-passkey' && chosen && <RemoveDialog passkey={chosen} onClose={close} />}
    </Card>
  )
}

const whyNot = () =>
  isOpenedByAddress
    ? t('passkeys.address', { address: `${location.protocol}//localhost:${location.port}/admin` })
    : t('passkeys.unsupported')

interface PasskeyDialogProps {
  passkey: Awaited<ReturnType<typeof listPasskeys>>['data'][number]
  onClose: () => void
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState(deviceName(navigator.userAgent))
  return (
    <FormDialog
      title={t('passkeys.add')}
      fields={['name']}
      submitLabel={t('passkeys.create')}
      onClose={onClose}
      onSubmit={async () => {
        await addPasskey(name)
        await refresh('passkeys')
        notify(t('passkeys.done'))
        onClose()
      }}
    >
      {(errors) => (
        <>
          <p>{t('passkeys.lead')}</p>
          <NameInput name={name} error={errors.name} onChange={setName} />
        </>
      )}
    </FormDialog>
  )
}

function RenameDialog({ passkey: { id, attributes }, onClose }: PasskeyDialogProps) {
  const [name, setName] = useState(attributes.name)
  return (
    <FormDialog
      title={t('passkeys.rename')}
      fields={['name']}
      submitLabel={t('save')}
      onClose={onClose}
      onSubmit={async () => {
        await updatePasskey(id, { data: { type: 'passkeys', id, attributes: { name } } })
        await refresh('passkeys')
        onClose()
      }}
    >
      {(errors) => <NameInput name={name} error={errors.name} onChange={setName} />}
    </FormDialog>
  )
}

function RemoveDialog({ passkey: { id, attributes }, onClose }: PasskeyDialogProps) {
  return (
    <FormDialog
      title={t('passkeys.removeTitle', { name: attributes.name })}
      fields={[]}
      submitLabel={t('passkeys.remove')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deletePasskey(id)
        await refresh('passkeys')
        onClose()
      }}
    >
      {() => <p>{t('passkeys.removeText')}</p>}
    </FormDialog>
  )
}

interface NameInputProps {
  name: string
  error?: string | undefined
  onChange: (name: string) => void
}

const NameInput = ({ name, error, onChange }: NameInputProps) => (
  <TextInput
    label={t('passkeys.name')}
    data-autofocus
    value={name}
    error={error}
    onChange={({ currentTarget }) => onChange(currentTarget.value)}
  />
)
