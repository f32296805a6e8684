import { create as disposition } from 'content-disposition'
import { Type } from 'typebox'
import type { App } from '../../platform/app.ts'
import { managing, viewing } from '../../platform/auth/permissions.ts'
import { endRoute, updateRoute } from '../../platform/http/crud-routes.ts'
import { listRoute, showRoute } from '../../platform/http/resource-routes.ts'
import { type ReadContext, type Route, route } from '../../platform/http/route.ts'
import { chooseSite } from '../../platform/http/site-of.ts'
import { type Form, readFieldText } from '../../platform/http/upload-forms.ts'
import { singleDocument } from '../../platform/jsonapi/document.ts'
import { badRequest, notFound } from '../../platform/jsonapi/errors.ts'
import { loadOne } from '../../platform/jsonapi/load.ts'
import { NullableTime } from '../../platform/jsonapi/nullable.ts'
import { singleSchema } from '../../platform/jsonapi/schemas.ts'
import { findOne } from '../../platform/records/lock-one.ts'
import { readName } from '../../platform/text/names.ts'
import type { Upload } from './find-upload.ts'
import { discardUpload, fileTooLarge, type ReceivedUpload, receiveUpload } from './receive-upload.ts'
import { signFile } from './signed-path.ts'
import { uploadRecords, uploads, VISIBILITIES, withoutFolders } from './uploads.resource.ts'

const LONGEST_NAME = 255

/** Besides the file. */
const FIELDS = ['visibility', 'site_id']

const UploadForm = Type.Unsafe<Form>({
  type: 'object',
  properties: {
    visibility: {
      type: 'string',
      enum: VISIBILITIES,
      description: 'Before the file. `members` unless it is given.',
    },
    site_id: {
      type: 'string',
      examples: [],
      description: 'Before the file. Optional for accounts with a single site.',
    },
    file: { type: 'string', format: 'binary', examples: ['(bytes)'] },
  },
  required: ['file'],
})

const create = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/uploads',
  access: managing(uploads),
  summary: 'Upload a file',
  description:
    'A form with a `file`. Its type is detected from its content. A file that is larger than UPLOAD_LIMIT_MB is 413, and nothing is kept of one that is cut off.',
  tag: 'uploads',
  upload: 'multipart',
  body: UploadForm,
  responses: { 201: singleSchema(uploads) },
  errors: [404, 415],
  async handler(context) {
    const { app, scope, headers, warn } = context
    if (headers['idempotency-key'] !== undefined) warn('Idempotency-Key has no effect on uploads.')
    assertFits(app, Number(headers['content-length'] ?? 0))
    const { id } = await readForm(context)
    const shown = { fields: {}, include: {} }
    return {
      status: 201,
      body: singleDocument(await loadOne(app.db, uploads, id, shown, scope), shown, scope),
      headers: { location: `${scope.baseUrl}/v1/uploads/${id}` },
    }
  },
})

/** Bytes of a form besides its file, at most. */
const FORM_BYTES = 1_000_000

/** A form that says how large it is need not arrive before it is refused. @throws ApiError 413 */
function assertFits({ config }: App, bytes: number): void {
  const limit = config.UPLOAD_LIMIT_MB * 1_000_000
  if (bytes > limit + FORM_BYTES) throw fileTooLarge(limit)
}

/** Keeps the file of a form, once the whole form has arrived. */
async function readForm({ app, caller, body, ignore }: ReadContext<Form>): Promise<ReceivedUpload> {
  const fields: Record<string, string> = {}
  let received: ReceivedUpload | null = null
  try {
    for await (const part of body) {
      if (received) ignore([{ reason: `The part ${part.name} comes after the file` }])
      else if (part.fileName === null) {
        if (!FIELDS.includes(part.name))
          ignore([{ reason: `There is no field ${part.name} (use ${FIELDS.join(' or ')})` }])
        fields[part.name] = await readFieldText(part)
      } else {
        const siteId = chooseSite(caller.siteIds, fields.site_id, {
          how: 'the field site_id, before the file',
        })
        const fileName = readName(withoutFolders(part.fileName)).slice(-LONGEST_NAME) || 'file'
        received = await receiveUpload(
          app,
          { siteId, fileName, visibility: visibilityOf(fields) },
          part.stream,
        )
      }
    }
  } catch (error) {
    if (received) await discardUpload(app, received)
    throw error
  }
  if (received) return received
  throw badRequest('missing_file', 'The form has no file: send it as a part with a file name.')
}

function visibilityOf({ visibility = 'members' }: Record<string, string>): string {
  if ((VISIBILITIES as readonly string[]).includes(visibility)) return visibility
  throw badRequest('invalid_visibility', `visibility must be one of ${VISIBILITIES.join(', ')}.`)
}

const content = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/uploads/{id}/content',
  access: viewing(uploads),
  summary: 'Download an upload',
  description: 'The file itself, whoever it is for.',
  tag: 'uploads',
  responses: { 200: Type.Unsafe<never>({ type: 'string', format: 'binary', examples: ['(bytes)'] }) },
  streams: true,
  sends: ['Content-Disposition', 'X-Content-Type-Options'],
  async handler({ app, caller, params }) {
    const rows = { ...uploadRecords, table: 'uploads' } as const
    const { key, file_name, size } = await findOne<Upload>(app.db, rows, caller.siteIds, params.id!)
    // Lost by the store; `bestow doctor` reports it.
    if ((await app.files.sizeOf(key)) === null)
      throw notFound(`The file of the upload ${params.id} is missing.`)
    return {
      stream: await app.files.read(key),
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': size,
        'content-disposition': disposition(file_name),
        'x-content-type-options': 'nosniff',
      },
    }
  },
})

const SignedUrl = Type.Object({
  data: Type.Object({
    type: Type.Literal('signed_urls'),
    id: Type.String({ description: 'Id of the upload' }),
    attributes: Type.Object({
      url: Type.String({ format: 'uri' }),
      expires_at: NullableTime({ description: 'Null: it works as long as the upload is `public`' }),
    }),
  }),
})

const signedUrl = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/uploads/{id}/signed_url',
  access: viewing(uploads),
  summary: 'Show a URL that opens an upload',
  description:
    'For a page that shows the file to somebody who may see it. That of a file for members only is signed, and works for six hours, for whoever has it.',
  tag: 'uploads',
  responses: { 200: SignedUrl },
  async handler({ app, caller, params, scope }) {
    const rows = { ...uploadRecords, table: 'uploads' } as const
    const { id, key, visibility } = await findOne<Upload>(app.db, rows, caller.siteIds, params.id!)
    const { path, expires } = signFile(app, { key, isPublic: visibility === 'public' })
    const attributes = { url: scope.baseUrl + path, expires_at: expires?.toISOString() ?? null }
    return { body: { data: { type: 'signed_urls' as const, id: String(id), attributes } } }
  },
})

export const uploadRoutes: Route[] = [
  listRoute(uploads),
  create,
  showRoute(uploads),
  updateRoute(uploadRecords, {
    update:
      '`visibility` decides who can open the `url`: everybody, or members through the pages that show the file.',
  }),
  endRoute(uploadRecords, {
    end: 'The file is removed. It must not be in use: no medium, picture or page of the site refers to it.',
  }),
  signedUrl,
  content,
]
