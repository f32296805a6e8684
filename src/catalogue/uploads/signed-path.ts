import { createHmac, timingSafeEqual } from 'node:crypto'
import type { App } from '../../platform/app.ts'
import { uploadPath } from '../own-files.ts'

/** Long enough for a video that is paused; a page that is opened again has new ones. */
const SIGNED_SECONDS = 6 * 3_600

/** The path of an upload, as a page shows it to somebody who may open it: for members only, it works for some hours. */
export function signedFilePath(app: App, { key, isPublic }: { key: string; isPublic: boolean }): string {
  if (isPublic) return uploadPath(key)
  const expires = Math.floor(app.clock.now().getTime() / 1_000) + SIGNED_SECONDS
  return `${uploadPath(key)}?expires=${expires}&signature=${signatureOf(app, key, String(expires))}`
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
