import { sql } from 'kysely'
import { Type } from 'typebox'
import { derived, LIST_INDEX, oneOf, text, timestamp, toOne } from '../../platform/jsonapi/field-types.ts'
import { choice, type Field, line, writable } from '../../platform/jsonapi/fields.ts'
import { defineResource } from '../../platform/jsonapi/resource.ts'
import { DELETED } from '../../platform/records/lock-one.ts'
import type { Records } from '../../platform/records/records.ts'
import { uploadKeyIn, uploadPath } from '../own-files.ts'

export const VISIBILITIES = ['members', 'public'] as const

/** The name of a file without the folders that a path has before it. */
export const withoutFolders = (path: string): string => path.replaceAll('\\', '/').split('/').at(-1)!

const fileName: Field = {
  ...line(),
  read: (value) => line().read(typeof value === 'string' ? withoutFolders(value) : value),
}

export const uploads = defineResource({
  type: 'uploads',
  singular: 'upload',
  description: 'A file that was sent to the server, for lessons and pages.',
  from: sql`uploads r`,
  where: sql`r.received_at is not null and r.deleted_at is null`,
  listed: LIST_INDEX,
  attributes: {
    file_name: writable(text(), fileName),
    content_type: text(),
    // Bytes.
    size: derived<string>({ schema: Type.Integer() }, Number),
    // Who can open the address: members, through pages that show it to them, or everybody.
    visibility: writable(text(), choice(VISIBILITIES)),
    url: derived<string>(text(sql`r.key`), (key, { baseUrl }) => baseUrl + uploadPath(key)),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    visibility_eq: oneOf(sql`r.visibility`, VISIBILITIES),
    url_eq: {
      description: 'Its address, with or without that of the server',
      build: (value) => ({ where: sql`r.key = ${uploadKeyIn(value) ?? ''}` }),
    },
  },
  filterable: { file_name: 'text', content_type: 'text', size: 'number' },
  sorts: { file_name: sql`r.file_name`, size: sql`r.size` },
  defaultSort: '-created_at',
  examples: { file_name: 'lesson-1.mp4', content_type: 'video/mp4', size: 73_400_320, visibility: 'members' },
})

export const uploadRecords: Records = {
  resource: uploads,
  table: 'uploads',
  ending: DELETED,
  referredToAs: 'uploads',
}
