import { Button, FileButton, Input, Progress, Select } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { CompleteDocument } from '../../api/documents.ts'
import { getCreateImportUrl, type ImportDocument } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { sendForm } from '../../api/upload.ts'
import { sizeOf } from '../../parts/file-size.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { UploadIcon } from '../../parts/icons.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t } from '../../texts/translate.ts'
import type { Kind, ShownImport } from './import-data.ts'
import { kindName } from './words.ts'
import './imports.css'

interface NewImportProps {
  kinds: Kind[]
  /** One whose rejected rows were corrected: the file is read with its columns and settings. */
  like?: ShownImport
  onClose: () => void
}

/** Uploads a file. It waits there until its columns are checked. */
export function NewImport({ kinds, like, onClose }: NewImportProps) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [kind, setKind] = useState<string>(like?.attributes.kind ?? kinds[0]!.kind)
  const [file, setFile] = useState<File | null>(null)
  const [sent, setSent] = useState<number | null>(null)
  const controller = useRef(new AbortController())
  useEffect(() => () => controller.current.abort(), [])

  async function upload() {
    const fields = { kind, site_id: siteId, hold: 'true', ...(like && fieldsLike(like)) }
    try {
      const { data } = await sendForm<CompleteDocument<ImportDocument>>(
        getCreateImportUrl(),
        formOf(fields, file!),
        { onProgress: setSent, signal: controller.current.signal },
      )
      await refresh('imports')
      await navigate({ to: '/s/$site/imports/$id', params: { site, id: data.id } })
    } finally {
      setSent(null)
    }
  }

  return (
    <FormDialog
      title={t(like ? 'imports.corrected' : 'imports.add')}
      fields={[]}
      submitLabel={t('imports.upload')}
      canSubmit={file !== null}
      onClose={onClose}
      onSubmit={upload}
    >
      {() => (
        <>
          {!like && (
            <Select
              label={t('imports.what')}
              data={kinds.map((one) => ({ value: one.kind, label: kindName(one.kind) }))}
              allowDeselect={false}
              value={kind}
              onChange={(chosen) => chosen && setKind(chosen)}
            />
          )}
          <ChooseFile file={file} onChoose={setFile} />
          {sent !== null && (
            <div>
              <Progress value={sent * 100} aria-label={t('imports.uploading')} />
              <p className="meta import-sent" role="status">
                {t('imports.sent', { percent: Math.round(sent * 100).toLocaleString(language) })}
              </p>
            </div>
          )}
          <p className="meta">{t(like ? 'imports.correctedHint' : 'imports.uploadHint')}</p>
        </>
      )}
    </FormDialog>
  )
}

const fieldsLike = ({ attributes: { columns, settings } }: ShownImport): Record<string, string> => ({
  map: JSON.stringify(Object.fromEntries(columns.map(({ column, field }) => [column, field]))),
  ...Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, String(value)]),
  ),
})

function formOf(fields: Record<string, string>, file: File): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  // What comes after the file is refused.
  form.append('file', file)
  return form
}

/** A file from a folder, or dropped on it. */
function ChooseFile({ file, onChoose }: { file: File | null; onChoose: (file: File | null) => void }) {
  const [isOver, setOver] = useState(false)
  return (
    <Input.Wrapper label={t('imports.file')}>
      <div
        role="none"
        className="drop-file"
        data-is-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          onChoose(event.dataTransfer.files[0] ?? file)
        }}
      >
        <FileButton accept=".csv,.tsv,.txt,text/csv" onChange={onChoose}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<UploadIcon size={16} />} data-autofocus>
              {t(file ? 'imports.chooseAnother' : 'imports.choose')}
            </Button>
          )}
        </FileButton>
        <span className="drop-file-name">
          {file ? (
            <>
              {file.name} <span className="meta">{sizeOf(file.size)}</span>
            </>
          ) : (
            <span className="meta">{t('imports.drop')}</span>
          )}
        </span>
      </div>
    </Input.Wrapper>
  )
}
