import { Button, FileButton, Input } from '@mantine/core'
import { useState } from 'react'
import { useFileAddress } from '../api/file-address.ts'
import { useMay } from '../api/session.ts'
import { uploadFile } from '../api/upload.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'
import { UploadIcon } from './icons.tsx'

interface PictureFieldProps {
  label: string
  description?: string
  /** The address of the picture, as the API has it. */
  value: string | null
  onChange: (url: string | null) => void
  error?: string
}

/** A picture that everybody may see: it is uploaded, and the field keeps its address. */
export function PictureField({ label, description, value, onChange, error }: PictureFieldProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const address = useFileAddress(value)
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={problem ?? error}>
      <div className="picture-field">
        {address && <img src={address} alt="" />}
        <ChoosePicture label={label} isFirst={value === null} onChoose={onChange} onProblem={setProblem} />
        {value !== null && (
          <Button variant="subtle" color="dark" size="xs" onClick={() => onChange(null)}>
            {t('picture.remove')}
            <span className="hidden">{`: ${label}`}</span>
          </Button>
        )}
      </div>
    </Input.Wrapper>
  )
}

interface ChoosePictureProps {
  /** Of the field. */
  label: string
  isFirst: boolean
  onChoose: (url: string) => void
  /** Null: there is none any more. */
  onProblem: (message: string | null) => void
}

/** A button that uploads a picture for everybody; who may not upload does not have it. */
export function ChoosePicture({ label, isFirst, onChoose, onProblem }: ChoosePictureProps) {
  const { id: siteId } = useCurrentSite()
  const [isUploading, setUploading] = useState(false)
  if (!useMay()('manage:uploads')) return null
  async function choose(file: File | null) {
    if (!file) return
    setUploading(true)
    onProblem(null)
    try {
      onChoose((await uploadFile(file, { siteId, visibility: 'public' })).attributes.url)
    } catch (error) {
      onProblem((error as Error).message)
    } finally {
      setUploading(false)
    }
  }
  return (
    <FileButton accept="image/*" onChange={(file) => void choose(file)}>
      {(props) => (
        <Button
          {...props}
          variant="default"
          size="xs"
          loading={isUploading}
          leftSection={<UploadIcon size={14} />}
        >
          {isFirst ? t('picture.choose') : t('picture.replace')}
          <span className="hidden">{`: ${label}`}</span>
        </Button>
      )}
    </FileButton>
  )
}
