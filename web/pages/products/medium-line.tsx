import { Menu, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useFileAddress } from '../../api/file-address.ts'
import { deleteMedium, type MediumAttributes, updateMedium } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { attempt, FormDialog } from '../../parts/forms.tsx'
import { EditIcon, FileIcon, PictureIcon, SoundIcon, TrashIcon, VideoIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { useAddress } from '../../parts/search.ts'
import { t, textOr } from '../../texts/translate.ts'

interface MediumLineProps {
  id: string
  medium: Required<MediumAttributes>
  /** Of an upload. */
  fileName: string | null
  isFirst: boolean
  isLast: boolean
}

const ICONS = { video: VideoIcon, audio: SoundIcon, image: PictureIcon, file: FileIcon }

/** A medium of a lesson: what it is, and how it looks or sounds. */
export function MediumLine({ id, medium, fileName, isFirst, isLast }: MediumLineProps) {
  const { search, change } = useAddress()
  const may = useMay()
  const Icon = ICONS[medium.kind as keyof typeof ICONS] ?? FileIcon
  const name = medium.title ?? fileName ?? nameOf(medium.url)
  async function act(request: Promise<unknown>) {
    await attempt(async () => {
      await request
      await refresh('lessons')
    })
  }
  const move = (position: number) =>
    act(updateMedium(id, { data: { type: 'media', id, attributes: { position } } }))
  return (
    <li className="line medium">
      <Icon size={18} />
      <span className="medium-name">
        {name} <span className="meta">{textOr(`media.${medium.kind}`, medium.kind)}</span>
      </span>
      {may('manage:courses') && (
        <span className="line-actions">
          <MoreMenu label={t('media.actionsOf', { title: name })} isInRow>
            <Menu.Item
              leftSection={<EditIcon size={16} />}
              onClick={() => change({ dialog: 'medium', medium: id })}
            >
              {t('media.rename')}
            </Menu.Item>
            <Menu.Item disabled={isFirst} onClick={() => void move(medium.position - 1)}>
              {t('move.up')}
            </Menu.Item>
            <Menu.Item disabled={isLast} onClick={() => void move(medium.position + 1)}>
              {t('move.down')}
            </Menu.Item>
            <Menu.Item leftSection={<TrashIcon size={16} />} onClick={() => void act(deleteMedium(id))}>
              {t('media.remove')}
            </Menu.Item>
          </MoreMenu>
        </span>
      )}
      <Preview medium={medium} name={name} />
      {search.dialog === 'medium' && search.medium === id && (
        <RenameDialog
          id={id}
          title={medium.title}
          isPicture={medium.kind === 'image'}
          onClose={() => change({ dialog: undefined, medium: undefined })}
        />
      )}
    </li>
  )
}

function Preview({ medium: { kind, url, embed_url }, name }: PreviewProps) {
  const address = useFileAddress(embed_url ?? (kind === 'file' ? null : url))
  if (!address) return null
  return (
    <div className="medium-preview">
      {embed_url ? (
        <iframe src={address} title={name} allow="fullscreen" />
      ) : kind === 'image' ? (
        <img src={address} alt={name} />
      ) : kind === 'video' ? (
        // biome-ignore lint/a11y/useMediaCaption: it has those that the file has.
        <video src={address} controls preload="metadata" aria-label={name} />
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: as above.
        <audio src={address} controls preload="metadata" aria-label={name} />
      )}
    </div>
  )
}

interface PreviewProps {
  medium: Required<MediumAttributes>
  name: string
}

interface RenameDialogProps {
  id: string
  title: string | null
  isPicture: boolean
  onClose: () => void
}

function RenameDialog({ id, title: given, isPicture, onClose }: RenameDialogProps) {
  const [title, setTitle] = useState(given ?? '')
  return (
    <FormDialog
      title={t('media.rename')}
      fields={['title']}
      submitLabel={t('save')}
      onClose={onClose}
      onSubmit={async () => {
        await updateMedium(id, { data: { type: 'media', id, attributes: { title: title || null } } })
        await refresh('lessons')
        onClose()
      }}
    >
      {(errors) => (
        <TextInput
          label={t('products.name')}
          description={isPicture ? t('media.pictureHint') : undefined}
          data-autofocus
          value={title}
          error={errors.title}
          onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}

/** What is called by nobody is called by where it is. */
function nameOf(address: string): string {
  const url = URL.parse(address)
  return url ? url.hostname.replace(/^www\./, '') + url.pathname : address
}
