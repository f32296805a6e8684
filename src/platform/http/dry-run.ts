/** The parameter `dry_run`: a request that says what it would do, and does nothing. */
import { type TSchema, Type } from 'typebox'
import type { App } from '../app.ts'
import type { DryRun } from '../events/dry-run.ts'
import { COMPONENT } from '../jsonapi/documented.ts'
import { type ApiError, badRequest } from '../jsonapi/errors.ts'
import type { QueryParameters } from '../jsonapi/query.ts'
import { readFlag } from './read-flag.ts'
import type { Answer, Caller } from './route.ts'

/** How an operation says what it would do. */
export interface DryRuns {
  /** The schema of an effect. */
  effect: TSchema
  /** The effects of what was recorded in a dry run, in the order in which they would happen. */
  describe: (app: App, run: DryRun, viewer: Pick<Caller, 'permissions'>) => Promise<object[]>
}

/** The parameter, for the `query` of a route. With EXTENSIONS=off it is refused, as where there is none. */
export const dryRunParameter = {
  dry_run: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'true: nothing is written or sent. `meta` of the response says what would happen, and why; an `Idempotency-Key` is not used up.',
      'x-extension': true,
    }),
  ),
}

/** Members of `meta` in the response of a dry run. */
export const dryRunMeta = ({ effect }: Pick<DryRuns, 'effect'>) => ({
  dry_run: Type.Optional(
    Type.Boolean({ description: 'This was a dry run', 'x-extension': true, examples: [] }),
  ),
  effects: Type.Optional(
    Type.Array(effect, {
      description: 'Of a dry run: what would happen, in this order',
      'x-extension': true,
      examples: [],
    }),
  ),
})

/** The schema of a document, with those members. */
export function withDryRunMeta(schema: TSchema, dryRuns: Pick<DryRuns, 'effect'>): TSchema {
  const { [COMPONENT]: _, ...rest } = schema as TSchema & { [COMPONENT]?: string }
  const { properties } = rest as unknown as { properties: object }
  const meta = Type.Optional(Type.Object(dryRunMeta(dryRuns), { examples: [] }))
  return { ...rest, properties: { ...properties, meta } } as unknown as TSchema
}

/** The answer of a dry run. */
export function withEffects(answer: Answer, effects: object[]): Answer {
  const body = answer.body as { meta?: object }
  return { ...answer, body: { ...body, meta: { ...body.meta, dry_run: true, effects } } }
}

/** Whether a request is a dry run. @throws ApiError 400 for a value that does not say so clearly */
export const isDryRun = ({ dry_run: given }: QueryParameters): boolean =>
  given !== undefined && readFlag('dry_run', String(given).trim(), ' Nothing was changed.')

/** Spellings of the parameter. */
const LIKE_DRY_RUN = /^dry[-_ ]?run$/i

/** The error for a dry run of an operation that has none: it must not be executed instead. Null for other names. */
export const refusalOfDryRun = (parameter: string): ApiError | null =>
  LIKE_DRY_RUN.test(parameter)
    ? badRequest(
        'dry_run_not_supported',
        `This operation has no parameter ${parameter}. Nothing was changed. See the documentation for the operations with dry_run.`,
        { parameter },
      )
    : null
