import { create as disposition } from 'content-disposition'
import { Type } from 'typebox'
import { viewing } from '../platform/auth/permissions.ts'
import { assertMay, isPermitted } from '../platform/http/authenticate.ts'
import { type Caller, type ReadContext, type Route, route } from '../platform/http/route.ts'
import { siteInQuery } from '../platform/http/site-of.ts'
import { badRequest } from '../platform/jsonapi/errors.ts'
import type { LoadScope } from '../platform/jsonapi/resources.ts'
import { CSV_KINDS, type ExportFile, exportFile, JSON_KINDS, resourceOf } from './export-file.ts'

const FORMATS = ['csv', 'jsonl'] as const

type Format = (typeof FORMATS)[number]

const Query = Type.Object({
  kind: Type.Optional(
    Type.Unsafe<string>({ enum: [...new Set([...CSV_KINDS, ...JSON_KINDS])], default: 'contacts' }),
  ),
  format: Type.Optional(Type.Unsafe<string>({ enum: FORMATS, default: 'csv' })),
  'filter[site_id]': Type.Optional(
    Type.String({
      description:
        'The site; required of CSV when the account has several. JSON Lines are those of all sites',
    }),
  ),
})

const kinds = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/exports/kinds',
  access: 'export:contacts',
  summary: 'List what can be exported',
  description:
    'The kinds of `GET /v1/exports` with the formats of each, without those that the caller may not view.',
  tag: 'exports',
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('export_kinds'),
        id: Type.Literal('all'),
        attributes: Type.Object({
          kinds: Type.Array(
            Type.Object({
              kind: Type.String(),
              formats: Type.Array(Type.Unsafe<Format>({ type: 'string', enum: FORMATS })),
            }),
          ),
        }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  handler: async ({ caller, scope }) => ({
    body: {
      data: { type: 'export_kinds', id: 'all', attributes: { kinds: listKinds(caller, scope) } },
      links: { self: `${scope.baseUrl}/v1/exports/kinds` },
    },
  }),
})

function listKinds({ permissions }: Caller, { resources }: LoadScope): { kind: string; formats: Format[] }[] {
  const mayView = (type: string) => isPermitted(permissions, viewing(resources.get(type)))
  const csv = CSV_KINDS.filter((kind) => mayView(resourceOf({ format: 'csv', kind })))
  const jsonl = JSON_KINDS.filter(mayView)
  return [...new Set<string>([...jsonl, ...csv])].map((kind) => ({
    kind,
    formats: FORMATS.filter((format) => ((format === 'csv' ? csv : jsonl) as string[]).includes(kind)),
  }))
}

const file = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/exports',
  access: 'export:contacts',
  summary: 'Export a file',
  description: `Everything of one kind, however much it is. As CSV, in Kajabi’s format, which \`POST /v1/imports\` reads: ${CSV_KINDS.join(', ')}. As JSON Lines, a resource in each line as the API shows it: ${JSON_KINDS.join(', ')}. Also requires the permission to view the kind.`,
  tag: 'exports',
  query: Query,
  responses: { 200: Type.Unsafe<never>({ type: 'string', format: 'binary', examples: ['(bytes)'] }) },
  errors: [400, 404],
  streams: true,
  sends: ['Content-Disposition', 'X-Content-Type-Options'],
  async handler(context) {
    const { app, caller, scope } = context
    const wanted = readFile(context)
    const siteIds = wanted.format === 'csv' ? [wanted.siteId] : sitesOf(context)
    assertMay(caller.permissions, [viewing(scope.resources.get(resourceOf(wanted)))])
    return {
      stream: exportFile(app.db, wanted, { ...scope, siteIds }),
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': disposition(`${wanted.kind}.${wanted.format}`),
        'x-content-type-options': 'nosniff',
      },
    }
  },
})

/** @throws ApiError 400 for what cannot be exported, 404 for another site */
function readFile({ caller, query }: ReadContext): ExportFile {
  const { kind = 'contacts', format = 'csv' } = query as Record<string, string>
  if (format === 'csv') {
    const known = CSV_KINDS.find((one) => one === kind)
    if (known) return { format, kind: known, siteId: siteInQuery(caller.siteIds, query) }
    throw unknownKind(CSV_KINDS)
  }
  if (format !== 'jsonl')
    throw badRequest('invalid_parameter', `format must be one of ${FORMATS.join(', ')}.`, {
      parameter: 'format',
    })
  const known = JSON_KINDS.find((one) => one === kind)
  if (known) return { format, kind: known }
  throw unknownKind(JSON_KINDS)
}

const unknownKind = (kinds: readonly string[]) =>
  badRequest('invalid_parameter', `kind must be one of ${kinds.join(', ')}.`, { parameter: 'kind' })

/** Of JSON Lines: the one that is named, or all. */
const sitesOf = ({ caller, query }: ReadContext): string[] =>
  query['filter[site_id]'] === undefined ? caller.siteIds : [siteInQuery(caller.siteIds, query)]

export const exportRoutes: Route[] = [kinds, file]
