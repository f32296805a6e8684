import { Button, Progress } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { type Uploaded, uploadFile } from '../api/upload.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { language, t } from '../texts/translate.ts'
import { FileIcon } from './icons.tsx'
import { LeaveGuard } from './leave-guard.tsx'

interface Running {
  key: string
  file: File
  /** What has been sent, from 0 to 1. */
  part: number
  error: Error | null
  /** What has arrived already, when a later step has failed. */
  uploaded: Uploaded | null
}

export interface Uploads {
  running: Running[]
  start: (files: File[]) => void
  retry: (key: string) => void
  /** Cancels one that is running, or forgets one that has failed. */
  drop: (key: string) => void
}

/** A browser has six connections to a server over HTTP/1.1: other requests need some of them. */
const AT_ONCE = 2

/**
 * Uploads files, two at the same time, each with its progress, until they have arrived. Leaving the page cancels them.
 *
 * @param onUploaded what is done with a file then; while it fails, only this is repeated
 */
export function useUploads(
  visibility: 'members' | 'public',
  onUploaded: (uploaded: Uploaded) => Promise<void>,
): Uploads {
  const { id: siteId } = useCurrentSite()
  const [running, setRunning] = useState<Running[]>([])
  const controllers = useRef(new Map<string, AbortController>())
  const sequences = useRef(Array.from({ length: AT_ONCE }, () => Promise.resolve()))
  const update = (key: string, changes: Partial<Running>) =>
    setRunning((all) => all.map((one) => (one.key === key ? { ...one, ...changes } : one)))
  const forget = (key: string) => setRunning((all) => all.filter((one) => one.key !== key))

  useEffect(() => {
    const { current } = controllers
    return () => {
      for (const controller of current.values()) controller.abort()
    }
  }, [])

  /** Begins after those before it in the same sequence. */
  function queue(one: Running, sequence: number) {
    const controller = new AbortController()
    controllers.current.set(one.key, controller)
    update(one.key, { error: null, part: 0 })
    sequences.current[sequence] = sequences.current[sequence]!.then(() => run(one, controller.signal))
  }

  async function run({ key, file, uploaded: before }: Running, signal: AbortSignal) {
    if (signal.aborted) return
    try {
      const onProgress = (part: number) => update(key, { part })
      const uploaded = before ?? (await uploadFile(file, { siteId, visibility, onProgress, signal }))
      update(key, { uploaded, part: 1 })
      await onUploaded(uploaded)
      forget(key)
    } catch (error) {
      if (!signal.aborted) update(key, { error: error as Error })
    }
  }

  return {
    running,
    start(files) {
      const started = files.map((file) => ({
        key: crypto.randomUUID(),
        file,
        part: 0,
        error: null,
        uploaded: null,
      }))
      setRunning((all) => [...all, ...started])
      for (const [n, one] of started.entries()) queue(one, n % AT_ONCE)
    },
    retry(key) {
      const one = running.find((each) => each.key === key)
      if (one) queue(one, 0)
    },
    drop(key) {
      controllers.current.get(key)?.abort()
      forget(key)
    },
  }
}

/** The uploads that are running or have failed, as lines of a list. Leaving the page would cancel them. */
export function UploadLines({ uploads: { running, retry, drop } }: { uploads: Uploads }) {
  return (
    <>
      <LeaveGuard isActive={running.some(({ error }) => error === null)} text={t('uploads.leave')} />
      {running.map(({ key, file, part, error }) => (
        <li key={key} className="line upload">
          <FileIcon size={18} />
          <span className="medium-name">
            {file.name} <span className="meta">{sizeOf(file.size)}</span>
          </span>
          <span className="line-actions">
            {error && (
              <Button size="xs" variant="default" onClick={() => retry(key)}>
                {t('problem.retry')}
              </Button>
            )}
            <Button size="xs" variant="subtle" color="dark" onClick={() => drop(key)}>
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
      ))}
    </>
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
