import { Button, Progress } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Running } from '../../api/running-uploads.ts'
import { t } from '../../texts/translate.ts'
import { sizeOf } from '../file-size.ts'
import { FileIcon } from '../icons.tsx'
import { dropUpload, retryUpload } from './start-uploads.ts'
import './uploads.css'

interface UploadLineProps {
  upload: Running
  /** Where the file goes. */
  children?: ReactNode
}

/** An upload that is running or has failed, as a line of a list. */
export function UploadLine({ upload: { key, file, part, error }, children }: UploadLineProps) {
  return (
    <li className="line upload">
      <FileIcon size={18} />
      <span className="upload-name">
        {file.name} <span className="meta">{sizeOf(file.size)}</span>
        {children}
      </span>
      <span className="line-actions">
        {error && (
          <Button size="xs" variant="default" onClick={() => retryUpload(key)}>
            {t('problem.retry')}
            <span className="hidden">{`: ${file.name}`}</span>
          </Button>
        )}
        <Button size="xs" variant="subtle" color="dark" onClick={() => dropUpload(key)}>
          {t('dialog.cancel')}
          <span className="hidden">{`: ${file.name}`}</span>
        </Button>
      </span>
      {error ? (
        <p className="upload-error" role="alert">
          {error.message}
        </p>
      ) : (
        <Progress className="upload-progress" value={part * 100} aria-label={file.name} />
      )}
    </li>
  )
}
