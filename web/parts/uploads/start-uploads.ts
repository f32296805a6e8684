import { type Place, type Running, runningUploads, setRunning } from '../../api/running-uploads.ts'
import { type Uploaded, type UploadOptions, uploadFile } from '../../api/upload.ts'
import { t } from '../../texts/translate.ts'
import { notify } from '../forms.tsx'

interface Task {
  options: UploadOptions
  /** What is done with the file when it has arrived. */
  then: (uploaded: Uploaded) => Promise<void>
  /** The file, when it has arrived and a later step has failed. */
  uploaded?: Uploaded
}

/** A browser has six connections to a server over HTTP/1.1: other requests need some of them. */
const AT_ONCE = 2

const tasks = new Map<string, Task>()
const sequences = Array.from({ length: AT_ONCE }, () => Promise.resolve())

const find = (key: string): Running | undefined => runningUploads().find((one) => one.key === key)

const update = (key: string, changes: Partial<Running>): void =>
  setRunning(runningUploads().map((one) => (one.key === key ? { ...one, ...changes } : one)))

function forget(key: string): void {
  tasks.delete(key)
  setRunning(runningUploads().filter((one) => one.key !== key))
}

/**
 * Uploads files, two at the same time, each with its progress; they go on while other pages of the portal are shown.
 *
 * @param then what is done with each file that has arrived; while it fails, only this is repeated
 */
export function startUploads(files: File[], place: Place, options: UploadOptions, then: Task['then']): void {
  const started = files.map((file) => ({
    key: crypto.randomUUID(),
    file,
    place,
    part: 0,
    error: null,
    controller: new AbortController(),
  }))
  setRunning([...runningUploads(), ...started])
  for (const [n, { key }] of started.entries()) {
    tasks.set(key, { options, then })
    queue(key, n % AT_ONCE)
  }
}

/** Repeats what has failed. */
export function retryUpload(key: string): void {
  update(key, { error: null, part: 0 })
  queue(key, 0)
}

/** Cancels one that is running, or forgets one that has failed. */
export function dropUpload(key: string): void {
  find(key)?.controller.abort()
  forget(key)
}

/** Begins after those before it in the same sequence. */
function queue(key: string, sequence: number): void {
  sequences[sequence] = sequences[sequence]!.then(() => run(key))
}

async function run(key: string): Promise<void> {
  const [one, task] = [find(key), tasks.get(key)]
  // It was cancelled while it was waiting.
  if (!one || !task) return
  const { file, controller } = one
  const { signal } = controller
  try {
    const onProgress = (part: number) => update(key, { part })
    task.uploaded ??= await uploadFile(file, { ...task.options, onProgress, signal })
    await task.then(task.uploaded)
    forget(key)
    notify(t('uploads.done', { name: file.name }))
  } catch (error) {
    if (!signal.aborted) update(key, { error: error as Error })
  }
}
