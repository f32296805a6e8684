import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { App } from '../../platform/app.ts'
import { ApiError, badRequest } from '../../platform/jsonapi/errors.ts'
import { detectContentType, SAMPLE_BYTES } from './content-type.ts'

export interface NewUpload {
  siteId: string
  fileName: string
  visibility: string
}

export interface ReceivedUpload {
  id: string
  siteId: string
  key: string
}

/**
 * Keeps a file as it arrives, and nothing of one that is cut off or too large. What is left when the process ends
 * meanwhile is a row without `received_at`, and cleanUploads() removes it with what there is of the file.
 *
 * @throws ApiError 400, 413; what the stream throws
 */
export async function receiveUpload(app: App, upload: NewUpload, content: Readable): Promise<ReceivedUpload> {
  const received = await announce(app, upload)
  try {
    const meter = measure(app.config.UPLOAD_LIMIT_MB * 1_000_000)
    await keep(app, received.key, content, meter.stream)
    if (meter.size() === 0) throw badRequest('empty_file', 'The file is empty.')
    await complete(app, received, {
      size: String(meter.size()),
      content_type: await detectContentType(meter.sample(), upload.fileName),
    })
    return received
  } catch (error) {
    await discardUpload(app, received)
    throw error
  }
}

async function keep({ files }: App, key: string, content: Readable, meter: Transform): Promise<void> {
  const arriving = new PassThrough()
  const kept = files.put(key, arriving).catch((error) => {
    arriving.destroy(error)
    throw error
  })
  // Each ends when the other fails; what is removed afterwards must not be written any more.
  for (const result of await Promise.allSettled([pipeline(content, meter, arriving), kept]))
    if (result.status === 'rejected') throw result.reason
}

/** Removes an upload that nobody has seen yet. */
export async function discardUpload({ db, files }: App, { id, siteId, key }: ReceivedUpload): Promise<void> {
  await files.remove(key)
  await db.deleteFrom('uploads').where('id', '=', id).where('site_id', '=', siteId).execute()
}

async function announce(
  { db, clock }: App,
  { siteId, fileName, visibility }: NewUpload,
): Promise<ReceivedUpload> {
  const now = clock.now()
  const key = randomBytes(24).toString('base64url')
  const { id } = await db
    .insertInto('uploads')
    .values({ site_id: siteId, key, file_name: fileName, visibility, created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, siteId, key }
}

async function complete(
  { db, clock }: App,
  { id, siteId }: ReceivedUpload,
  values: { size: string; content_type: string },
): Promise<void> {
  const now = clock.now()
  await db
    .updateTable('uploads')
    .set({ ...values, received_at: now, updated_at: now })
    .where('id', '=', id)
    .where('site_id', '=', siteId)
    .execute()
}

/** Counts the bytes of a stream, and keeps the first of them. The stream fails when they are too many. */
function measure(limit: number) {
  const first: Buffer[] = []
  let size = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (size < SAMPLE_BYTES) first.push(chunk.subarray(0, SAMPLE_BYTES - size))
      size += chunk.length
      done(size > limit ? fileTooLarge(limit) : null, chunk)
    },
  })
  return { stream, size: () => size, sample: () => Buffer.concat(first) }
}

/** @param limit in bytes */
export const fileTooLarge = (limit: number) =>
  new ApiError(413, 'file_too_large', `A file may have at most ${limit / 1_000_000} MB.`)
