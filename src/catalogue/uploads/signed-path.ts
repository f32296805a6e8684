import { createHmac, timingSafeEqual } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import { uploadPath } from '../own-files.ts'

/** Long enough for a video that is paused; a page that is opened again has new ones. */
const SIGNED_SECONDS = 6 * 3_600

/** The path of an upload, as a page shows it to somebody who may open it: for members only, it works for some hours. */
export const signedFilePath = (app: App, file: SignedFile): string => signFile(app, file).path

interface SignedFile {
  key: string
  isPublic: boolean
}

/** The path of signedFilePath(), and until when it works; null: as long as the file is for everybody. */
export function signFile(app: App, { key, isPublic }: SignedFile): { path: string; expires: Date | null } {
  if (isPublic) return { path: uploadPath(key), expires: null }
  const seconds = Math.floor(app.clock.now().getTime() / 1_000) + SIGNED_SECONDS
  const path = `${uploadPath(key)}?expires=${seconds}&signature=${signatureOf(app, key, String(seconds))}`
  return { path, expires: new Date(seconds * 1_000) }
}

/** Whether the parameters of a request are those of signedFilePath(), and have not expired. */
export function isSigned(
  app: App,
  key: string,
  { expires = '', signature = '' }: Record<string, unknown>,
): boolean {
  if (typeof expires !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(expires))
    return false
  if (Number(expires) * 1_000 < app.clock.now().getTime()) return false
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(app, key, expires))]
  return given.length === right.length && timingSafeEqual(given, right)
}

const signatureOf = ({ linkKey }: App, key: string, expires: string): string =>
  createHmac('sha256', linkKey).update(`file ${key} ${expires}`).digest('base64url')
