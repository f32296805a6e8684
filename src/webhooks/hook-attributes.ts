import type { Selectable } from 'kysely'
import { Type } from 'typebox'
import type { Config } from '../platform/config.ts'
import type { Tx } from '../platform/db/database.ts'
import type { Hooks } from '../platform/db/types.ts'
import { assertMay } from '../platform/http/authenticate.ts'
import type { Caller } from '../platform/http/route.ts'
import { type ErrorSource, unprocessable } from '../platform/jsonapi/errors.ts'
import { choice, type Field } from '../platform/jsonapi/fields.ts'
import { invalidAttribute } from '../platform/jsonapi/read-attributes.ts'
import { absence, findReferable, isReferenceType } from '../platform/references/referable.ts'
import { describeEvent, type HookEvent, hookEvents, kajabiEvents } from './hook-events.ts'
import { allowsPrivateTargets, parseTarget } from './targets.ts'

/** The row of a hook. */
export type Hook = Omit<Selectable<Hooks>, 'event'> & { event: HookEvent }

export const eventField: Field = {
  ...choice(hookEvents),
  schema: Type.Union(
    hookEvents.map((event) =>
      Type.Literal(event, kajabiEvents.includes(event) ? {} : { 'x-extension': true }),
    ),
  ),
}

/** As it was given: receivers put secrets into the query. */
export const targetField: Field = {
  schema: Type.String({ format: 'uri' }),
  form: 'a URL like https://example.com/hooks',
  read: (value) => (typeof value === 'string' ? value.trim() : undefined),
}

/** Without extensions a hook can be for events of Kajabi alone. @throws ApiError 422 */
export function assertServed({ EXTENSIONS }: Pick<Config, 'EXTENSIONS'>, event: HookEvent): void {
  if (!EXTENSIONS && !kajabiEvents.includes(event))
    throw invalidAttribute('event', 'invalid', `must be ${choice(kajabiEvents).form}`)
}

/** A subscriber of an event can see its resources. @param source what in the request subscribes @throws ApiError 403 */
export const assertCanSubscribe = (
  { permissions }: Pick<Caller, 'permissions'>,
  event: HookEvent,
  source?: ErrorSource,
): void => assertMay(permissions, describeEvent(event).needs, source)

/** @throws ApiError 422 */
export function assertTarget(config: Config, target: string): void {
  try {
    parseTarget(target, allowsPrivateTargets(config))
  } catch (error) {
    throw invalidAttribute('target_url', 'invalid', (error as Error).message)
  }
}

/**
 * What a hook is confined to is there on the site.
 *
 * @param attribute of the request, at which the error points
 * @throws ApiError 422
 */
export async function assertConfinable(
  tx: Tx,
  siteId: string,
  event: HookEvent,
  id: string,
  attribute: 'resource_id' | 'enabled',
): Promise<void> {
  const { confinedTo: type } = describeEvent(event)
  if (!type)
    throw invalidResource(
      'not_confinable',
      `the event ${event} is of no offer, tag or form: leave it out`,
      attribute,
    )
  if (!isReferenceType(type) || (await findReferable(tx, siteId, type, [id])).has(id)) return
  throw invalidResource('not_found', `there is no ${absence(type, id)}`, attribute)
}

const invalidResource = (code: string, sentence: string, attribute: string) =>
  unprocessable(code, `resource_id: ${sentence}`, `/data/attributes/${attribute}`)
