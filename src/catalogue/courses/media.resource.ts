import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  derived,
  LIST_INDEX,
  nullableText,
  related,
  text,
  timestamp,
  toOne,
} from '../../platform/jsonapi/field-types.ts'
import { choice, type Field, line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import type { Records } from '../../platform/records/records.ts'
import { absoluteAddress, fileAddress, uploadPath } from '../own-files.ts'
import { captions, completeCaptions } from './captions.ts'
import { assertFileThere, completeMedium, MEDIA_KINDS } from './complete-medium.ts'
import { embedUrl } from './embed-url.ts'
import { lessonRecords } from './lessons.resource.ts'
import { MEDIA, positionIn, sequenceRecords } from './sequence.ts'

/** A week. */
const MOST_MINUTES = 10_080

const minutes: Field = {
  schema: Type.Number({ minimum: 0, maximum: MOST_MINUTES }),
  form: `a number of minutes from 0 to ${MOST_MINUTES}`,
  read: (value) => (typeof value === 'number' && value >= 0 && value <= MOST_MINUTES ? value : undefined),
  fromText: (given) => (/^\d{1,5}(\.\d{1,6})?$/.test(given) ? Number(given) : given),
}

/** Where the medium is: the address that was given, or that of its upload. */
const ADDRESS = sql`coalesce(r.url,
  (select ${uploadPath('')}::text || u.key from uploads u where u.site_id = r.site_id and u.id = r.upload_id))`

export const media = defineResource({
  type: 'media',
  singular: 'medium',
  permittedWith: 'courses',
  description:
    'What a lesson shows besides its text: a video, a sound, a picture or a file, uploaded or at an address.',
  from: sql`lesson_media r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    duration_in_minutes: writable(
      { schema: Type.Unsafe<number | null>({ type: ['number', 'null'] }) },
      minutes,
    ),
    kind: writable(text(), choice(MEDIA_KINDS)),
    title: writable(nullableText(), line()),
    url: writable(
      derived<string>(text(ADDRESS), (address, { baseUrl }) => absoluteAddress(address, baseUrl)),
      fileAddress,
      { required: true },
    ),
    embed_url: derived<string>(nullableText(ADDRESS), (address) => embedUrl(address)),
    captions,
    position: positionIn(MEDIA),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: {
    lesson: toOne('lessons', sql`r.lesson_id`),
    upload: toOne('uploads', sql`r.upload_id`),
  },
  filters: { lesson_id: related(sql`r.lesson_id`, 'lessons', 'Media of this lesson') },
  filterable: { title: 'text', kind: MEDIA_KINDS },
  sorts: { position: sql`r.position` },
  defaultSort: 'position',
  examples: {
    kind: 'video',
    url: 'https://vimeo.com/76979871',
    embed_url: 'https://player.vimeo.com/video/76979871',
  },
})

const inSequence = sequenceRecords(MEDIA)

export const mediumRecords: Records = {
  resource: media,
  ...inSequence,
  parent: { relationship: 'lesson', column: 'lesson_id', rows: lessonRecords },
  async complete(values, row, writing, siteId) {
    const placed = await inSequence.complete(values, row, writing, siteId)
    const completed = await completeMedium(placed, row, writing, siteId!)
    return completeCaptions(completed, completed.kind ?? row?.kind, writing, siteId!)
  },
  beforeRestore: assertFileThere,
}
