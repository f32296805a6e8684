import type { Readable } from 'node:stream'
import type { Static, TSchema } from 'typebox'
import type { App } from '../app.ts'
import type { Permission } from '../auth/permissions.ts'
import type { TokenClaims } from '../auth/tokens.ts'
import type { Db, Tx } from '../db/database.ts'
import type { EventType } from '../events/events.ts'
import type { ApiError } from '../jsonapi/errors.ts'
import type { Ignored, QueryParameters, ResourceQuery } from '../jsonapi/query.ts'
import type { Resource } from '../jsonapi/resource.ts'
import type { LoadScope } from '../jsonapi/resources.ts'
import type { DryRuns } from './dry-run.ts'
import { isExtension } from './kajabi-operations.ts'
import type { HeaderName } from './openapi/headers.ts'

/** The bearer of a token that the database has found good. */
export interface Caller extends TokenClaims {
  userId: string
  siteIds: string[]
  /** Null: all. */
  permissions: string[] | null
}

/** A repetition is known by its key; that it is the same request, by the hash. */
export interface IdempotencyKey {
  /** Whose key it is: an API key, or the users of the account. */
  caller: string
  route: string
  key: string
  /** Hex. */
  request_hash: string
}

export interface Context<Body = unknown> {
  app: App
  requestId: string
  /** Start of absolute links: PUBLIC_URL, or the host that the request was made to. */
  baseUrl: string
  headers: Record<string, string | string[] | undefined>
  /** IP address of the caller, as far as it can be believed: see TRUST_PROXY. */
  source: string
  params: Record<string, string>
  query: QueryParameters
  body: Body
  /** Reports what was ignored, in a Warning header. In strict mode the request is rejected. */
  ignore: (passedOver: Ignored[]) => void
  /** Reports input that is valid but has no effect, in a Warning header; in strict mode too. */
  warn: (sentence: string) => void
}

export interface SignedContext<Body = unknown> extends Context<Body> {
  /** Correctly signed and unexpired; the handler has the database check the rest. */
  claims: TokenClaims
  idempotency: IdempotencyKey | null
}

export interface PreparingContext<Body = unknown> extends SignedContext<Body> {
  caller: Caller
}

export interface ReadContext<Body = unknown> extends Context<Body> {
  caller: Caller
  scope: LoadScope
  db: Db
}

export interface WriteContext<Body = unknown> extends Context<Body> {
  caller: Caller
  scope: LoadScope
  /** The transaction of the request; it commits when the handler returns, unless it is a dry run. */
  tx: Tx
  isDryRun: boolean
  /** What the route's `prepare` returned. */
  prepared: unknown
  /** Who acts, as it is recorded. */
  actor: string
  /** What the resource of the answer is to be shown with; the caller may see all of it. */
  shown: Pick<ResourceQuery, 'fields' | 'include' | 'asksToInclude'>
}

export interface Answer {
  status?: number
  body?: unknown
  headers?: Record<string, string>
  /** Attributes of the resource in this answer alone: they are not kept for repetitions with its Idempotency-Key. */
  shownOnce?: Record<string, unknown>
  /** In the place of a body: bytes of the type that the headers name. */
  stream?: Readable
}

/** Who may call: everybody, whoever has a good token, or whose key has the permission. */
export type Access = 'public' | 'token' | Permission

interface RouteBase {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  summary: string
  description?: string
  tag: string
  /** API keys cannot use it. */
  onlySessions?: boolean
  /** The user of a session must have signed in, or confirmed it, within the last minutes: see recent-sign-in.ts. */
  needsRecentSignIn?: boolean
  /** Permissions that allow more than `access` alone. */
  extraPermissions?: Permission[]
  /** Kajabi does not have it; follows from method and URL. */
  extension: boolean
  /** The body is a form, multipart or JSON, as OAuth clients send it; answers are plain JSON. */
  form?: boolean
  /** The body is a form with files of any size, as Form, which the handler reads as it arrives. */
  upload?: 'multipart'
  /** Answers with a file: see Answer.stream. */
  streams?: boolean
  /** Errors are flat, as in `{"error": "invalid_request"}`: the form that OAuth has, and Kajabi. */
  flatErrors?: boolean
  query?: TSchema
  /** The types of events that it can record itself, without those of automations that these start. */
  records?: readonly EventType[]
  /** Headers of its answers that no other operation has. */
  sends?: HeaderName[]
  /** Schema per status; errors are added automatically. */
  responses: Record<number, TSchema>
  /**
   * Members that it does not know are an error: without one that is misspelled or misplaced, it would do something
   * else, which cannot be undone.
   */
  refusesUnknown?: boolean
  /** Largest body in bytes, where it may be larger than others. */
  bodyLimit?: number
  /** Further statuses it can answer with an error document. */
  errors?: number[]
}

/**
 * How a request is run:
 * - open: nothing is checked.
 * - read: the token is checked, then the handler reads.
 * - write: one transaction in which the token and what is to be shown are checked, the Idempotency-Key claimed and
 *   the handler run.
 * - shared: as write, but requests of one caller that wait at the same moment share the transaction.
 * - batched: the handler hands claims and key to one database function, which does all of that itself.
 */
export type Route<Body extends TSchema = TSchema> = RouteBase & { body?: Body } & (
    | { kind: 'open'; access: 'public'; handler: (context: Context<Static<Body>>) => Promise<Answer> }
    | {
        kind: 'read'
        access: Exclude<Access, 'public'>
        handler: (context: ReadContext<Static<Body>>) => Promise<Answer>
      }
    | {
        kind: 'write'
        access: Exclude<Access, 'public'>
        /**
         * Work that may take long, such as a question to DNS, or that lasts when the request fails: done before the
         * transaction, for a caller who may do it. Its result is `prepared`.
         */
        prepare?: (context: PreparingContext<Static<Body>>) => Promise<unknown>
        /** The answer is one of these: what it includes is checked before the Idempotency-Key is looked up. */
        shows?: Resource
        /**
         * With the parameter `dry_run`, the transaction is rolled back, and the answer says what would happen. Without
         * `describe`, the handler says it.
         */
        dryRuns?: Partial<Pick<DryRuns, 'describe'>>
        handler: (context: WriteContext<Static<Body>>) => Promise<Answer>
      }
    | {
        kind: 'shared'
        access: Permission
        shows: Resource
        /** Requests that have one of these in common never share a transaction. */
        keysOf: (context: SignedContext<Static<Body>>) => string[]
        /**
         * The answer to each, or why it is refused: then nothing was written for it. What is thrown rolls all of them
         * back, and each is run alone.
         */
        handler: (contexts: WriteContext<Static<Body>>[]) => Promise<(Answer | ApiError)[]>
      }
    | {
        kind: 'batched'
        access: Permission
        handler: (context: SignedContext<Static<Body>>) => Promise<Answer>
      }
  )

/** Whether a route changes something, and a repetition with the same Idempotency-Key does not. */
export const takesIdempotencyKey = ({ kind, method }: Pick<Route, 'kind' | 'method'>): boolean =>
  kind !== 'open' && kind !== 'read' && method !== 'GET'

type Definition<Each> = Each extends unknown ? Omit<Each, 'extension'> : never

/** Declares a route; the handler's `body` has the type of the body's schema. */
export const route = <Body extends TSchema>(definition: Definition<Route<Body>>): Route =>
  ({ ...definition, extension: isExtension(definition) }) as unknown as Route
