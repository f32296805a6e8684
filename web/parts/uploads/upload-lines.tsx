import { Button, Progress } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Running } from '../../api/running-uploads.ts'
import { language, t } from '../../texts/translate.ts'
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

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** "12 MB" in the language of the page. */
function sizeOf(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[power]!,
    maximumFractionDigits: 1,
  }).format(bytes / 1_000 ** power)
}
