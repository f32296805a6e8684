import { sql } from 'kysely'
import { Type } from 'typebox'
import {
  boolean,
  contains,
  equals,
  LIST_INDEX,
  nullableText,
  oneOf,
  text,
  texts,
  timestamp,
  toOne,
} from '../platform/jsonapi/field-types.ts'
import {
  choice,
  emailAddress,
  type Field,
  flag,
  httpsAddress,
  line,
  listOf,
  matching,
  optionalParagraphs,
  writable,
} from '../platform/jsonapi/fields.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import { defineResource } from '../platform/jsonapi/resource.ts'
import type { Records } from '../platform/records/records.ts'
import { pictureAddress } from './own-files.ts'
import { publicUrl } from './public-addresses.ts'

const STATUSES = ['ready', 'importing', 'failed'] as const
const SHOW_TYPES = ['episodic', 'serial'] as const
const MOST_DIRECTORIES = 50

const Directory = Type.Object({ id: Type.String(), url: Type.String(), config: Type.Object({}) })

const directories: Field = {
  schema: Type.Array(
    Type.Object({
      id: Type.String(),
      url: Type.String({ format: 'uri', pattern: '^https://' }),
      config: Type.Optional(Type.Object({}, { additionalProperties: true })),
    }),
    { maxItems: MOST_DIRECTORIES },
  ),
  form: `a list of at most ${MOST_DIRECTORIES} objects such as {"id": "spotify", "url": "https://…"}`,
  read: (value) =>
    Array.isArray(value) && value.length <= MOST_DIRECTORIES && value.every(isDirectory)
      ? JSON.stringify(value.map(({ id, url }) => ({ id, url, config: {} })))
      : undefined,
  fromText: (text) => {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  },
}

const isDirectory = (value: unknown): value is { id: string; url: string } =>
  isObject(value) &&
  typeof value.id === 'string' &&
  /^[\w.-]{1,100}$/.test(value.id) &&
  Boolean(httpsAddress.read(value.url))

export const podcasts = defineResource({
  type: 'podcasts',
  singular: 'podcast',
  description: 'A podcast of a site, and where people can listen to it.',
  from: sql`podcasts r`,
  isArchivable: true,
  listed: LIST_INDEX,
  attributes: {
    title: writable(text(), line(), { required: true }),
    description: writable(text(), optionalParagraphs()),
    language: writable(text(), matching(/^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, 'a language such as en or pt-BR')),
    owner_email: writable(text(), { ...emailAddress, keepsEmpty: true }),
    owner_name: writable(text(), { ...line(), keepsEmpty: true }),
    author: writable(nullableText(), line()),
    status: writable(text(), choice(STATUSES)),
    show_type: writable(text(), choice(SHOW_TYPES)),
    thumbnail_url: pictureAddress(),
    cover_art_url: pictureAddress(),
    categories: writable(texts(), listOf('categories', 20)),
    directories: writable({ schema: Type.Array(Directory) }, directories),
    migrated_to_url: writable(nullableText(), httpsAddress),
    migrated: boolean(sql`r.migrated_to_url is not null`),
    public: writable(boolean(), flag),
    ready: boolean(sql`r.status = 'ready'`),
    // What directories ask for.
    distribution_ready: boolean(
      sql`r.status = 'ready' and r.public and r.cover_art_url is not null and r.description <> '' and r.owner_email <> ''`,
    ),
    url: publicUrl(sql`'/podcasts/' || r.id`),
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  relationships: { site: toOne('sites', sql`r.site_id`) },
  filters: {
    title_eq: equals(sql`r.title`, 'Title is'),
    title_cont: contains(sql`r.title`, 'Title contains'),
    status_eq: oneOf(sql`r.status`, STATUSES),
    show_type_eq: oneOf(sql`r.show_type`, SHOW_TYPES),
  },
  filterable: { title: 'text', description: 'text', language: 'text', author: 'text' },
  sorts: { title: sql`r.title` },
  defaultSort: '-created_at',
  examples: {
    language: 'en',
    owner_email: 'studio@example.com',
    categories: ['Education'],
    author: null,
    migrated_to_url: null,
  },
})

export const podcastRecords: Records = { resource: podcasts, table: 'podcasts' }
