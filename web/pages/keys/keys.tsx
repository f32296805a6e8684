import { Button, Menu, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Complete } from '../../api/documents.ts'
import {
  type ApiKey,
  createApiKey,
  deleteApiKey,
  getApiKey,
  listApiKeys,
  rotateApiKey,
  updateApiKey,
} from '../../api/generated.ts'
import { listOf, oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, countOf, DataTable, isEmpty } from '../../parts/data-table.tsx'
import { Moment, relative, useZone } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { EditIcon, PlusIcon, RotateIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { SecretDialog } from '../../parts/secret.tsx'
import { plural, t } from '../../texts/translate.ts'
import { Permissions } from './permissions.tsx'

type Key = Complete<ApiKey>

/** A key that was just made or rotated, with what is shown once. */
interface Fresh {
  client_id: string
  client_secret: string
}

export function Keys() {
  const { search, change } = useAddress()
  const may = useMay()
  const [fresh, setFresh] = useState<Fresh | null>(null)
  const query = useQuery(
    listOf('api_keys', listApiKeys, { 'page[size]': PAGE_SIZE, ...apiParameters(search) }),
  )
  const columns: Column<Key>[] = [
    {
      title: t('keys.name'),
      cell: ({ attributes }) => (
        <>
          <strong>{attributes.name}</strong>
          <div className="meta">
            <code>{attributes.client_id}</code>
          </div>
        </>
      ),
    },
    {
      title: t('keys.permissions'),
      isMinor: true,
      cell: ({ attributes: { permissions } }) =>
        permissions === null ? t('keys.all') : plural('keys.some', permissions.length),
    },
    {
      title: t('keys.lastUsed'),
      cell: ({ attributes: { last_used_at, last_used_from } }) =>
        last_used_at ? (
          <>
            <Moment at={last_used_at} /> {last_used_from && <span className="meta">{last_used_from}</span>}
          </>
        ) : (
          <span className="meta">{t('keys.never')}</span>
        ),
    },
    {
      title: t('keys.tokens'),
      isFigure: true,
      isMinor: true,
      cell: ({ attributes }) => attributes.active_tokens,
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes }) =>
        may('manage:api_keys') && (
          <KeyMenu name={attributes.name} onChoose={(dialog) => change({ dialog, key: id })} />
        ),
    },
  ]
  const close = () => change({ dialog: undefined, key: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.key)
  const add = may('manage:api_keys') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('keys.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('keys.title')}
        lead={countOf('keys.count', query.data)}
        actions={
          <>
            <Button variant="default" renderRoot={(props) => <Link to="/account/connect" {...props} />}>
              {t('keys.connect')}
            </Button>
            {!isEmpty(query.data, search) && add}
          </>
        }
      />
      <DataTable
        label={t('keys.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('keys.empty')} action={add} />}
      />
      {search.dialog === 'new' && <KeyDialog onClose={close} onFresh={setFresh} />}
      {search.dialog === 'edit' && chosen && (
        <KeyDialog key={chosen.id} edited={chosen} onClose={close} onFresh={setFresh} />
      )}
      {search.dialog === 'rotate' && chosen && (
        <RotateDialog chosen={chosen} onClose={close} onFresh={setFresh} />
      )}
      {search.dialog === 'delete' && chosen && <DeleteDialog chosen={chosen} onClose={close} />}
      {fresh && (
        <SecretDialog
          title={t('keys.secretTitle')}
          text={t('keys.secretText')}
          secrets={[
            ['client_id', fresh.client_id],
            ['client_secret', fresh.client_secret],
          ]}
          onClose={() => setFresh(null)}
        />
      )}
    </>
  )
}

function KeyMenu({ name, onChoose }: { name: string; onChoose: (dialog: string) => void }) {
  return (
    <MoreMenu label={t('keys.actionsOf', { name })} isInRow width={180}>
      <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => onChoose('edit')}>
        {t('edit')}
      </Menu.Item>
      <Menu.Item leftSection={<RotateIcon size={16} />} onClick={() => onChoose('rotate')}>
        {t('rotate')}
      </Menu.Item>
      <Menu.Item leftSection={<TrashIcon size={16} />} onClick={() => onChoose('delete')}>
        {t('delete')}
      </Menu.Item>
    </MoreMenu>
  )
}

interface KeyDialogProps {
  edited?: Key
  onClose: () => void
  onFresh: (fresh: Fresh) => void
}

function KeyDialog({ edited, onClose, onFresh }: KeyDialogProps) {
  const [name, setName] = useState(edited?.attributes.name ?? '')
  const [permissions, setPermissions] = useState<string[] | null>(edited?.attributes.permissions ?? null)
  async function save() {
    const attributes = { name, permissions }
    if (edited) await updateApiKey(edited.id, { data: { type: 'api_keys', id: edited.id, attributes } })
    else {
      const { data } = await createApiKey({ data: { type: 'api_keys', attributes } })
      onFresh(data.attributes as Fresh)
    }
    await refresh('api_keys')
    onClose()
  }
  return (
    <FormDialog
      title={edited ? t('keys.edit') : t('keys.add')}
      fields={['name', 'permissions']}
      submitLabel={edited ? t('save') : t('keys.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('keys.name')}
            description={t('keys.nameHint')}
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

/** The key as it is now: what the list shows of its tokens may be older. */
function useCurrent(chosen: Key): Key {
  const { data } = useQuery({ ...oneOf('api_keys', getApiKey, chosen.id), staleTime: 0 })
  return data?.data ?? chosen
}

/** "Ends 3 tokens, used 4 min. ago from 203.0.113.7." */
function consequence(
  { attributes: { active_tokens, last_used_at, last_used_from } }: Key,
  zone: string,
): string {
  const ended = plural('keys.ends', active_tokens)
  if (!last_used_at) return `${ended} ${t('keys.neverUsed')}`
  return `${ended} ${t('keys.usedAt', { when: relative(last_used_at, zone), from: last_used_from ?? '–' })}`
}

function RotateDialog({
  chosen,
  onClose,
  onFresh,
}: {
  chosen: Key
  onClose: () => void
  onFresh: (fresh: Fresh) => void
}) {
  const current = useCurrent(chosen)
  const zone = useZone()
  return (
    <FormDialog
      title={t('keys.rotateTitle', { name: chosen.attributes.name })}
      fields={[]}
      submitLabel={t('rotate')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        const { data } = await rotateApiKey(chosen.id)
        await refresh('api_keys')
        onClose()
        onFresh(data.attributes as Fresh)
      }}
    >
      {() => (
        <p>
          {t('keys.rotateText')} {consequence(current, zone)}
        </p>
      )}
    </FormDialog>
  )
}

function DeleteDialog({ chosen, onClose }: { chosen: Key; onClose: () => void }) {
  const { name } = chosen.attributes
  const current = useCurrent(chosen)
  const zone = useZone()
  return (
    <FormDialog
      title={t('keys.deleteTitle', { name })}
      fields={[]}
      submitLabel={t('delete')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteApiKey(chosen.id)
        await refresh('api_keys')
        onClose()
        notify(t('keys.deleted', { name }))
      }}
    >
      {() => (
        <p>
          {t('keys.deleteText')} {consequence(current, zone)}
        </p>
      )}
    </FormDialog>
  )
}
