import { type Readable, Transform } from 'node:stream'
import { create as disposition } from 'content-disposition'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { fileTooLarge } from '../catalogue/uploads/receive-upload.ts'
import type { App } from '../platform/app.ts'
import { managing, viewing } from '../platform/auth/permissions.ts'
import { actorOf, assertMay } from '../platform/http/authenticate.ts'
import { changeRoutes } from '../platform/http/change-route.ts'
import { readChanges } from '../platform/http/changes.ts'
import { Attributes, Id, ignoredAttribute } from '../platform/http/documents.ts'
import type { Part } from '../platform/http/multipart.ts'
import { listOfOneRoute, listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Caller, type ReadContext, type Route, route } from '../platform/http/route.ts'
import { chooseSite, SiteQuery, siteInQuery } from '../platform/http/site-of.ts'
import { type Form, readFieldText } from '../platform/http/upload-forms.ts'
import { singleDocument } from '../platform/jsonapi/document.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { badRequest } from '../platform/jsonapi/errors.ts'
import { loadOne } from '../platform/jsonapi/load.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { nearest } from '../platform/text/nearest.ts'
import { cancelImport, changeImport, type LockedImport, lockImport, startImport } from './change-imports.ts'
import {
  discardImport,
  type NewImport,
  type ReceivedImport,
  receiveImport,
  releaseImport,
} from './create-import.ts'
import { needsOf } from './import-permissions.ts'
import { importRows } from './import-rows.resource.ts'
import {
  ImportChanges,
  ImportFields,
  type ImportForm,
  readImportChanges,
  readImportForm,
} from './import-settings.ts'
import { importRecords, imports } from './imports.resource.ts'
import { importKinds, kindNamed } from './kinds.ts'
import { ListedKind, listKinds } from './list-kinds.ts'
import { rejectedRowsFile } from './rejected-rows.ts'

const EXAMPLE = 'Name,Email,Tags\nAda Lovelace,ada@example.com,"VIP, Early bird"\n'

const create = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/imports',
  access: managing(imports),
  extraPermissions: [...new Set(Object.values(importKinds).flatMap(needsOf))],
  summary: 'Import a file',
  description:
    'A form with a CSV `file`, whose first row is its header; the other fields come before it, each once. A form that has others is 400, and nothing is imported. Columns are recognized by the handle in brackets, as in `City (address_city)`, or by their label; `map` names the others. The response (202) is an import, which is processed in the background: see `GET /v1/imports/{id}` and its `rows`. With `dry_run` nothing is changed, and each row says what would become of it; with `hold` it waits, so that columns can be corrected. `POST /v1/imports/{id}/start` starts both. A file that is imported again changes nothing. Also requires the permissions to do the same for one contact.',
  tag: 'imports',
  upload: 'multipart',
  body: Type.Unsafe<Form>({
    type: 'object',
    properties: {
      ...ImportFields,
      file: { type: 'string', format: 'binary', examples: [EXAMPLE] },
    },
    required: ['kind', 'file'],
  }),
  responses: { 202: singleSchema(imports) },
  errors: [404, 415, 422],
  async handler(context) {
    const { app, scope, headers, warn } = context
    if (headers['idempotency-key'] !== undefined)
      warn('Idempotency-Key has no effect on imports: a file that is imported again changes nothing.')
    const id = await receiveForm(context)
    const shown = { fields: {}, include: {} }
    return {
      status: 202,
      body: singleDocument(await loadOne(app.db, imports, id, shown, scope), shown, scope),
      headers: { location: `${scope.baseUrl}/v1/imports/${id}` },
    }
  },
})

/** Stores the file of a form as it arrives; nothing is left of a form that is refused. @returns the id of the import */
async function receiveForm(context: ReadContext<Form>): Promise<string> {
  const { app, body } = context
  const fields: Record<string, string> = {}
  let received: ReceivedImport | null = null
  try {
    for await (const part of body) {
      assertExpected(part, fields, received !== null)
      if (part.fileName === null) fields[part.name] = await readFieldText(part)
      else
        received = await receiveImport(
          app,
          newImport(context, readImportForm(fields), part.fileName),
          limited(app, part.stream),
        )
    }
  } catch (error) {
    if (received) await discardImport(app, received)
    throw error
  }
  if (received === null)
    throw badRequest('missing_file', 'The form has no file: send it as a part with a file name.')
  await releaseImport(app, received)
  return received.id
}

/** A field that is left out could be the one that makes it a dry run. @throws ApiError 400 */
function assertExpected({ name, fileName }: Part, fields: Record<string, string>, isLate: boolean): void {
  if (fileName !== null) {
    if (isLate)
      throw badRequest('several_files', 'The form has several files. Send each as an import of its own.')
    return
  }
  if (name === 'file')
    throw badRequest(
      'missing_file',
      'The part file has no file name, so it is no file. With curl, it is -F file=@contacts.csv, with the @.',
    )
  const names = Object.keys(ImportFields)
  if (!names.includes(name)) {
    const near = nearest(name, names)
    const hint = near === null ? `Use ${names.join(', ')}.` : `Did you mean ${near}?`
    throw badRequest('unknown_field', `There is no field "${name.slice(0, 60)}". ${hint}`)
  }
  if (isLate)
    throw badRequest('field_after_file', `The field ${name} comes after the file. Send it before the file.`)
  if (Object.hasOwn(fields, name))
    throw badRequest('repeated_field', `The field ${name} is there twice. Send it once.`)
}

/** Fails when the file is larger than an upload may be. */
function limited({ config }: App, content: Readable): Readable {
  const limit = config.UPLOAD_LIMIT_MB * 1_000_000
  let size = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      done(size > limit ? fileTooLarge(limit) : null, chunk)
    },
  })
  content.on('error', (error) => meter.destroy(error))
  return content.pipe(meter)
}

function newImport({ caller }: ReadContext<Form>, form: ImportForm, fileName: string): NewImport {
  assertMay(caller.permissions, needsOf(form.kind))
  const siteId = chooseSite(caller.siteIds, form.siteId, { how: 'the field site_id, before the file' })
  return {
    ...form,
    siteId,
    fileName: fileName.slice(-255),
    source: 'api' as const,
    actor: actorOf(caller),
    caller: lasting(caller),
  }
}

const lasting = ({ keyId, epoch, userId }: Caller) => ({ keyId, epoch, userId })

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/imports/{id}',
  access: managing(imports),
  summary: 'Change the columns and settings of an import',
  description:
    'Of an import that waits (`ready`), or whose dry run has ended: `map` says which fields columns are imported into, and those that it does not name stay. Otherwise it is 409.',
  tag: 'imports',
  shows: imports,
  query: singleParameters(imports),
  body: component(
    'ChangedImport',
    Type.Object({
      data: Type.Object({
        type: Type.Literal('imports'),
        id: Type.Optional(Id),
        attributes: Type.Optional(Attributes(ImportChanges)),
      }),
    }),
  ),
  responses: { 200: singleSchema(imports) },
  errors: [404, 409],
  async handler(context) {
    const { tx, caller, params, scope, ignore } = context
    const job = await lockImport(tx, caller.siteIds, params.id!)
    const { attributes } = await readChanges(context, imports)
    const { map, settings, ...others } = attributes
    ignore(Object.keys(others).map(ignoredAttribute))
    if (map !== undefined || settings !== undefined)
      await changeImport(tx, job, readImportChanges({ map, settings }), scope.now)
    return { body: await showOne(context, imports, job.id) }
  },
})

const changeRoute = changeRoutes(imports, lockImport)

const starting = (verb: 'start' | 'dry_run', summary: string, description: string): Route =>
  changeRoute(verb, {
    summary,
    description: `${description} Requires the permissions that creating the import took. From then on the import is that of the caller. Returns 409 when it was started before, and has not been cancelled.`,
    async change({ tx, caller, actor, scope }, job) {
      assertMay(caller.permissions, needsOf(kindNamed(job.kind)))
      await startImport(tx, job, {
        isDryRun: verb === 'dry_run',
        caller: lasting(caller),
        actor,
        now: scope.now,
      })
    },
  })

const cancel = changeRoute('cancel', {
  summary: 'Cancel an import',
  description:
    'Stops an import that has not ended, before its next batch, with the status `cancelled` and the reason `cancelled`. What its rows have changed stays; the others stay `pending`. Returns 409 when it has ended.',
  change: ({ tx, scope }, job) => cancelImport(tx, job, scope.now),
})

const kinds = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/imports/kinds',
  access: viewing(imports),
  summary: 'List the kinds of imports',
  description:
    'What files can be imported on a site: the fields that their columns can be imported into, as `map` names them, its custom fields included, and the permissions that an import takes.',
  tag: 'imports',
  query: SiteQuery,
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('import_kinds'),
        id: Type.String({ description: 'Id of the site' }),
        attributes: Type.Object({ kinds: Type.Array(ListedKind) }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  errors: [404],
  async handler({ db, query, caller, scope }) {
    const siteId = siteInQuery(caller.siteIds, query)
    return {
      body: {
        data: { type: 'import_kinds', id: siteId, attributes: { kinds: await listKinds(db, siteId) } },
        links: { self: `${scope.baseUrl}/v1/imports/kinds?filter%5Bsite_id%5D=${siteId}` },
      },
    }
  },
})

const rejectedRows = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/imports/{id}/rejected_rows',
  access: viewing(imports),
  summary: 'Download the rejected rows of an import',
  description:
    'A CSV file with the header of the file and three more columns, `Rejected line`, `Rejected column` and `Rejected reason`. Correct it, and import it again: these three are ignored.',
  tag: 'imports',
  responses: { 200: Type.Unsafe<never>({ type: 'string', format: 'binary', examples: ['(bytes)'] }) },
  streams: true,
  sends: ['Content-Disposition', 'X-Content-Type-Options'],
  async handler({ app, caller, params }) {
    const job = await findOne<LockedImport>(app.db, importRecords, caller.siteIds, params.id!)
    return {
      stream: rejectedRowsFile(app.db, job),
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': disposition(`rejected-${job.id}.csv`),
        'x-content-type-options': 'nosniff',
      },
    }
  },
})

export const importRoutes: Route[] = [
  create,
  listRoute(imports),
  kinds,
  showRoute(imports),
  update,
  listOfOneRoute(imports, 'rows', { resource: importRows, ownerId: sql`r.import_id` }),
  rejectedRows,
  starting(
    'start',
    'Start an import',
    'Imports the rows of an import that waits (`ready`) or whose dry run has ended, or continues one that was cancelled.',
  ),
  starting(
    'dry_run',
    'Start the dry run of an import',
    'Says for each row what would become of it, and changes nothing.',
  ),
  cancel,
]
