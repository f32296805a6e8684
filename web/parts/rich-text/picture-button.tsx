import { FileButton } from '@mantine/core'
import type { Editor } from '@tiptap/core'
import { useState } from 'react'
import { useMay } from '../../api/session.ts'
import { uploadFile } from '../../api/upload.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { attempt } from '../forms.tsx'
import { PictureIcon } from '../icons.tsx'
import { Tool } from './toolbar.tsx'

/** Uploads a picture, and inserts it. */
export function PictureButton({ editor, visibility }: { editor: Editor; visibility: 'members' | 'public' }) {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const [isUploading, setUploading] = useState(false)
  if (!may('manage:uploads')) return null
  async function insert(file: File | null) {
    if (!file) return
    setUploading(true)
    await attempt(async () => {
      const { attributes } = await uploadFile(file, { siteId, visibility })
      const alt = attributes.file_name.replace(/\.\w+$/, '')
      editor.chain().focus().setImage({ src: attributes.url, alt }).run()
    })
    setUploading(false)
  }
  return (
    <FileButton accept="image/*" onChange={(file) => void insert(file)}>
      {({ onClick }) => (
        <Tool label={t('richText.picture')} loading={isUploading} onClick={onClick}>
          <PictureIcon />
        </Tool>
      )}
    </FileButton>
  )
}
