import type { App } from '../../platform/app.ts'
import { signedFilePath } from './signed-path.ts'

const ADDRESS = /\b(src|href)="\/bestow-files\/([\w-]{32})"/g

/**
 * Signs the addresses of uploads in HTML that members may see: what is for members only opens for them. Files of other
 * sites stay closed.
 *
 * @param html as sanitizeContent() has made it
 */
export async function signUploads(app: App, siteId: string, html: string): Promise<string> {
  const keys = [...html.matchAll(ADDRESS)].map(([, , key]) => key!)
  if (keys.length === 0) return html
  const uploads = await app.db
    .selectFrom('uploads')
    .select(['key', 'visibility'])
    .where('site_id', '=', siteId)
    .where('key', 'in', [...new Set(keys)])
    .execute()
  const paths = new Map(
    uploads.map(({ key, visibility }) => [
      key,
      signedFilePath(app, { key, isPublic: visibility === 'public' }),
    ]),
  )
  return html.replace(ADDRESS, (whole, attribute: string, key: string) => {
    const path = paths.get(key)
    return path ? `${attribute}="${path.replaceAll('&', '&amp;')}"` : whole
  })
}
