import { sql } from 'kysely'
import { Type } from 'typebox'
import { derived, extension } from '../../platform/jsonapi/field-types.ts'
import { type Field, writable } from '../../platform/jsonapi/fields.ts'
import { invalidAttribute, type Values } from '../../platform/jsonapi/read-attributes.ts'
import type { Attribute } from '../../platform/jsonapi/resource.ts'
import type { Writing } from '../../platform/records/records.ts'
import { absoluteAddress, uploadKeyIn, uploadPath } from '../own-files.ts'
import { shareUpload } from '../uploads/find-upload.ts'

const MOST = 20
const LONGEST_LABEL = 100

/** As a request has it. */
interface GivenCaption {
  language: string
  label: string
  key: string
}

/** As it is stored. */
export interface StoredCaption {
  language: string
  label: string
  upload_id: string
}

const Caption = Type.Object({
  language: Type.String({ maxLength: 35, examples: ['en'] }),
  label: Type.Optional(Type.String({ maxLength: LONGEST_LABEL, examples: ['English'] })),
  url: Type.String({ format: 'uri-reference', maxLength: 2_000 }),
})

const field: Field = {
  schema: Type.Array(Caption, { maxItems: MOST, examples: [[]] }),
  form: `a list of at most ${MOST} captions, each with a language such as "en", the url of an upload and perhaps a label`,
  read(value) {
    if (!Array.isArray(value) || value.length > MOST) return undefined
    const captions = value.map(readCaption)
    return captions.includes(undefined) ? undefined : captions
  },
  fromText: (text) => (text === 'none' ? [] : text),
}

function readCaption(value: unknown): GivenCaption | undefined {
  const { language, label = null, url } = (value ?? {}) as Record<string, unknown>
  if (typeof language !== 'string' || typeof url !== 'string') return undefined
  const name = nameOf(language)
  const key = uploadKeyIn(url.trim())
  if (name === null || key === null) return undefined
  if (label === null) return { language, label: name, key }
  const text = typeof label === 'string' ? label.trim() : ''
  return text !== '' && text.length <= LONGEST_LABEL ? { language, label: text, key } : undefined
}

/** What a language is called in itself: "español". Null for what is no code of a language. */
function nameOf(code: string): string | null {
  try {
    return code.length <= 35 ? (new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? null) : null
  } catch {
    return null
  }
}

/** With the address of each in place of the id of its upload. */
const SHOWN = sql`coalesce((
  select json_agg(json_build_object('language', c.value ->> 'language', 'label', c.value ->> 'label', 'key', u.key) order by c.n)
    from jsonb_array_elements(r.captions) with ordinality c (value, n)
    join uploads u on u.id = (c.value ->> 'upload_id')::bigint and u.site_id = r.site_id), '[]')`

/** The attribute of a medium: WebVTT files of a video. */
export const captions: Attribute = writable(
  extension(
    derived<GivenCaption[]>({ schema: Type.Array(Caption), select: SHOWN }, (all, { baseUrl }) =>
      all.map(({ language, label, key }) => ({
        language,
        label,
        url: absoluteAddress(uploadPath(key), baseUrl),
      })),
    ),
  ),
  field,
)

/**
 * The values of a medium with its captions as they are stored.
 *
 * @param kind of the medium
 * @throws ApiError 422 for what is no video, and for an upload that the site does not have or that is no WebVTT file
 */
export async function completeCaptions(
  values: Values,
  kind: unknown,
  { tx }: Writing,
  siteId: string,
): Promise<Values> {
  if (!Array.isArray(values.captions)) return values
  const given = values.captions as GivenCaption[]
  if (given.length > 0 && kind !== 'video')
    throw invalidAttribute('captions', 'invalid', 'can only be those of a video')
  const stored: StoredCaption[] = []
  for (const { language, label, key } of given) {
    const upload = await shareUpload(tx, siteId, key)
    if (upload?.content_type !== 'text/vtt')
      throw invalidAttribute(
        'captions',
        'unknown_upload',
        'must be uploads of the site in the format WebVTT (.vtt)',
      )
    stored.push({ language, label, upload_id: upload.id })
  }
  return { ...values, captions: JSON.stringify(stored) }
}
