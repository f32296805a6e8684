import { sql } from 'kysely'
import { type TSchema, Type } from 'typebox'
import { originOf } from '../people/contacts/origin-of.ts'
import { bulk } from '../platform/auth/permissions.ts'
import { assertMay } from '../platform/http/authenticate.ts'
import { changeRoutes } from '../platform/http/change-route.ts'
import { Attributes, ignoreRelationships } from '../platform/http/documents.ts'
import { dryRunParameter } from '../platform/http/dry-run.ts'
import { listOfOneRoute, listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Answer, type Caller, type Route, route, type WriteContext } from '../platform/http/route.ts'
import { SiteRelationship, siteOf } from '../platform/http/site-of.ts'
import { component, documentedAs, pascalCase } from '../platform/jsonapi/documented.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { mapValues, singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { bulkJobRows } from './bulk-job-rows.resource.ts'
import { bulkJobs } from './bulk-jobs.resource.ts'
import type { BulkKind } from './bulk-kind.ts'
import { cancelJob, lockJob, retryJob } from './change-jobs.ts'
import { createJob, MOST_MATCHING, MOST_ROWS } from './create-job.ts'
import { needsOf } from './job-permissions.ts'
import { bulkKinds, kindNamed } from './kinds.ts'
import { MOST_TRIED, predictJob } from './predict-job.ts'
import { givenJob, readJob } from './read-job.ts'
import type { DescribesRows } from './row-effects.ts'

/** Bytes: 10,000 rows of the longest usual addresses and names, with ids of their own. */
const LARGEST_BODY = 5 * 1024 * 1024

const most = (count: number) => count.toLocaleString('en')

/** What rows and `meta` say, as the documentation shows it; readRows() says what is wrong with it. */
const membersOf = ({ members, notInExample }: BulkKind) =>
  mapValues(members, ({ schema }, name) =>
    Type.Optional({ ...schema, ...(notInExample.includes(name) && { examples: [] }) } as TSchema),
  )

function bodyOf(kind: BulkKind) {
  const Row = component(
    `Bulk${pascalCase(kind.name)}Row`,
    Type.Object({
      email: Type.Optional(Type.String({ format: 'email', description: 'Instead of `contact_id`' })),
      contact_id: Type.Optional(Type.Union([Type.String(), Type.Integer()], { examples: [] })),
      ...(kind.createsContacts && {
        name: Type.Optional(Type.String({ description: 'Of a contact that the row creates' })),
      }),
      ...membersOf(kind),
    }),
  )
  const Job = Type.Object({
    rows: Type.Optional(Type.Array(Row, { maxItems: MOST_ROWS })),
    filter: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        examples: [],
        description: `Instead of rows: the contacts that match now, at most ${most(MOST_MATCHING)}. Names and values as in \`filter[…]\` of \`GET /v1/contacts\`; \`{}\` matches all.`,
      }),
    ),
  })
  const Meta = Type.Object({
    ...(kind.createsContacts && {
      create_contacts: Type.Optional(
        Type.Boolean({
          default: true,
          description: 'false: rows with an e-mail that the site does not know fail',
        }),
      ),
    }),
    ...mapValues(membersOf(kind), (schema) => Type.Optional({ ...schema, examples: [] } as TSchema)),
  })
  return component(
    `NewBulk${pascalCase(kind.name)}`,
    Type.Object({
      data: Type.Object({
        type: Type.Literal('bulk_jobs'),
        attributes: Attributes(Job),
        relationships: Type.Optional(SiteRelationship),
      }),
      meta: Type.Optional(
        documentedAs(Type.Record(Type.String(), Type.Unknown()), {
          ...Meta,
          description: 'For all rows that say nothing else',
        } as TSchema),
      ),
    }),
  )
}

const FailedRows = Type.Object({
  code: Type.String(),
  detail: Type.String(),
  rows: Type.Integer(),
  positions: Type.Array(Type.Integer(), { description: 'Of the first 50 of them, from 1' }),
  sentence: Type.String({ description: 'The same in words' }),
})

const predictionOf = (effect: TSchema) =>
  component(
    'BulkJobPrediction',
    Type.Object({
      meta: Type.Object({
        dry_run: Type.Literal(true),
        total: Type.Integer(),
        contacts_created: Type.Integer(),
        counts: Type.Record(Type.String(), Type.Integer(), {
          description: 'Numbers of the rows that were tried, by the status that they would get',
        }),
        tried: Type.Integer({
          description: `How many rows were tried: the first ${most(MOST_TRIED)} at most. Everything but \`total\` is of these`,
        }),
        effects: Type.Array(effect, { description: 'What would happen, counted; in this order' }),
        failures: Type.Array(FailedRows, { description: 'The 50 most frequent reasons' }),
      }),
    }),
  )

/** `POST /v1/bulk/<kind>` */
const createRoute = (kind: BulkKind, dryRuns: DescribesRows): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/bulk/${kind.name}`,
    records: kind.records,
    access: bulk(kind.name),
    extraPermissions: needsOf(kind, kind.createsContacts),
    refusesUnknown: true,
    summary: kind.summary,
    description: `${kind.description}\n\nTakes up to ${most(MOST_ROWS)} rows, or the contacts that a filter matches. Everything is checked before anything is written: the first 50 errors are returned together. Then the response is 202 with a bulk job, which is processed in the background: see \`GET /v1/bulk_jobs/{id}\` and its \`rows\`. Send an \`Idempotency-Key\`: a repeated request then returns the same job. Also requires ${kind.needs.map((need) => `\`${need}\``).join(' and ')}${kind.createsContacts ? ', and `manage:contacts` unless `meta.create_contacts` is false' : ''}.`,
    tag: 'bulk jobs',
    shows: bulkJobs,
    dryRuns: {},
    bodyLimit: LARGEST_BODY,
    query: Type.Object({
      ...singleParameters(bulkJobs).properties,
      ...dryRunParameter,
    }),
    body: bodyOf(kind),
    responses: { 200: predictionOf(dryRuns.effect), 202: singleSchema(bulkJobs) },
    errors: [404],
    handler: (context) => create(kind, context as WriteContext<JobBody>, dryRuns),
  })

interface JobBody {
  data: { attributes: Record<string, unknown>; relationships?: Type.Static<typeof SiteRelationship> }
  meta?: Record<string, unknown>
}

async function create(
  kind: BulkKind,
  context: WriteContext<JobBody>,
  dryRuns: DescribesRows,
): Promise<Answer> {
  const { app, tx, body, caller, scope } = context
  ignoreRelationships(context)
  const given = givenJob(body.data.attributes, body.meta)
  if ((given.rows?.length ?? 0) > MOST_ROWS) throw tooMany()
  const siteId = siteOf(context)
  const { settings, subjects, createsContacts } = await readJob(tx, kind, given, siteId, scope)
  assertMay(caller.permissions, needsOf(kind, createsContacts))
  const job = { siteId, source: 'api' as const, origin: originOf(context) }
  if (context.isDryRun) {
    const effects = dryRuns.begin(app, siteId, caller)
    const prediction = await predictJob(tx, kind, job, { settings, subjects, createsContacts }, effects)
    return { body: { meta: { dry_run: true, ...prediction } } }
  }
  const id = await createJob(tx, kind, { ...job, settings, subjects, caller: lasting(caller) })
  return {
    status: 202,
    body: await showOne(context, bulkJobs, id),
    headers: { location: `${scope.baseUrl}/v1/bulk_jobs/${id}` },
  }
}

const tooMany = () =>
  unprocessable(
    'too_many',
    `A job has at most ${most(MOST_ROWS)} rows. Send the rest in another request`,
    '/data/attributes/rows',
  )

const lasting = ({ keyId, epoch, userId }: Caller) => ({ keyId, epoch, userId })

const changeRoute = changeRoutes(bulkJobs, lockJob)

const cancel = changeRoute('cancel', {
  summary: 'Cancel a bulk job',
  description:
    'Stops a job that has not ended, before its next batch, with the status `cancelled` and the reason `cancelled`. What its rows have done stays; the others stay `pending`. Returns 409 when the job has ended.',
  change: (context, job) => cancelJob(context.tx, job, originOf(context)),
})

const retry = changeRoute('retry', {
  records: [...new Set(Object.values(bulkKinds).flatMap(({ records }) => records))],
  summary: 'Retry a bulk job',
  description:
    'Processes its failed rows again, and continues a job that was cancelled; rows that are done are not repeated. Requires the permissions that creating the job took. From then on the job is that of the caller. Returns 409 when no row has failed or is pending.',
  async change(context, job) {
    const { tx, caller } = context
    assertMay(caller.permissions, needsOf(kindNamed(job.kind), job.settings.create_contacts === true))
    await retryJob(tx, job, lasting(caller), originOf(context))
  },
})

export const bulkRoutes = (dryRuns: DescribesRows): Route[] => [
  ...Object.values(bulkKinds).map((kind) => createRoute(kind, dryRuns)),
  listRoute(bulkJobs),
  showRoute(bulkJobs),
  listOfOneRoute(bulkJobs, 'rows', { resource: bulkJobRows, ownerId: sql`r.job_id` }),
  cancel,
  retry,
]
