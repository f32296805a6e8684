import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Row } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { cannotRestore } from '../../platform/references/restorable.ts'
import { uploadKeyIn } from '../own-files.ts'
import { shareUpload, shareUploadById } from '../uploads/find-upload.ts'
import { embedUrl } from './embed-url.ts'

export const MEDIA_KINDS = ['video', 'audio', 'image', 'file'] as const

type Kind = (typeof MEDIA_KINDS)[number]

/**
 * Completes the values of a medium: the address of an upload becomes a reference to it, and what kind it is follows
 * from its content or its address, unless it is given.
 *
 * @throws ApiError 422 for the address of an upload that the site does not have
 */
export async function completeMedium(
  values: Values,
  row: Row | null,
  { tx }: Writing,
  siteId: string,
): Promise<Values> {
  if (values.url === undefined) return values
  const address = String(values.url)
  const key = uploadKeyIn(address)
  const upload = key === null ? null : await shareUpload(tx, siteId, key)
  if (key !== null && !upload)
    throw invalidAttribute('url', 'unknown_upload', 'is not the address of an upload of the site')
  const kind = values.kind ?? row?.kind ?? (upload ? kindOfType(upload.content_type) : kindOfAddress(address))
  return { ...values, kind, url: upload ? null : address, upload_id: upload?.id ?? null }
}

/** Its file may have been deleted while it was archived. @throws ApiError 422 */
export async function assertFileThere({ site_id, upload_id }: Row, { tx }: Writing): Promise<void> {
  if (upload_id === null || (await shareUploadById(tx, site_id, upload_id as string))) return
  throw cannotRestore('file_deleted', 'Its file has been deleted. Restore it with another `url`.')
}

function kindOfType(type: string): Kind {
  const [family] = type.split('/')
  return MEDIA_KINDS.find((kind) => kind === family) ?? 'file'
}

const BY_ENDING: [RegExp, Kind][] = [
  [/\.(?:mp4|m4v|webm|mov)$/i, 'video'],
  [/\.(?:mp3|m4a|ogg|wav|flac)$/i, 'audio'],
  [/\.(?:jpe?g|png|gif|webp|avif|svg)$/i, 'image'],
]

function kindOfAddress(address: string): Kind {
  if (embedUrl(address)) return 'video'
  const path = URL.parse(address)?.pathname ?? ''
  return BY_ENDING.find(([ending]) => ending.test(path))?.[1] ?? 'file'
}
