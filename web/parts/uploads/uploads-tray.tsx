import { Popover } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Running, useRunning } from '../../api/running-uploads.ts'
import { plural } from '../../texts/translate.ts'
import { AlertIcon, UploadIcon } from '../icons.tsx'
import { UploadLine } from './upload-lines.tsx'

/** The uploads in the head of every page, as long as one is running or has failed. */
export function UploadsTray() {
  const [isOpen, setOpen] = useState(false)
  const uploads = useRunning()
  const running = uploads.filter(({ error }) => error === null)
  const label =
    running.length > 0 ? plural('uploads.running', running.length) : plural('uploads.failed', uploads.length)
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={340} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className="bar-button uploads-button"
          aria-label={label}
          onClick={() => setOpen(!isOpen)}
        >
          {running.length > 0 ? <UploadIcon /> : <AlertIcon />}
          {running.length > 0 && <span>{progressOf(running)}%</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <ul className="plain-list">
          {uploads.map((upload) => (
            <UploadLine key={upload.key} upload={upload}>
              <ToLesson upload={upload} onGo={() => setOpen(false)} />
            </UploadLine>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

function ToLesson({ upload: { place }, onGo }: { upload: Running; onGo: () => void }) {
  const { site, course: id, lesson, title } = place
  return (
    <Link
      className="upload-place"
      to="/s/$site/products/$id/lessons/$lesson"
      params={{ site, id, lesson }}
      onClick={onGo}
    >
      {title}
    </Link>
  )
}

/** Of all bytes those that have been sent. */
function progressOf(uploads: Running[]): number {
  const total = uploads.reduce((sum, { file }) => sum + file.size, 0)
  const sent = uploads.reduce((sum, { file, part }) => sum + file.size * part, 0)
  return total === 0 ? 100 : Math.floor((100 * sent) / total)
}
