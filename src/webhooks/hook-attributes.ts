import { Type } from 'typebox'
import type { Tx } from '../platform/db/database.ts'
import { forbidden } from '../platform/http/authenticate.ts'
import type { Caller } from '../platform/http/route.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { absence, findReferable, isReferenceType } from '../platform/references/referable.ts'
import { describeEvent, type HookEvent, hookEvents, kajabiEvents } from './hook-events.ts'
import { parseTarget } from './targets.ts'

const ResourceId = Type.Optional(
  Type.Union([Type.Integer(), Type.String(), Type.Null()], {
    description: 'The offer or tag that the hook is confined to',
    examples: [null],
  }),
)

const TargetUrl = Type.String({ format: 'uri', examples: ['https://example.com/webhooks'] })

/** The attributes of a hook that is new. */
export const NewHookAttributes = Type.Object({
  event: Type.Union(
    [
      ...kajabiEvents.map((event) => Type.Literal(event)),
      ...hookEvents
        .filter((event) => !kajabiEvents.includes(event))
        .map((event) => Type.Literal(event, { 'x-extension': true })),
    ],
    { examples: ['tag_added'] },
  ),
  target_url: TargetUrl,
  resource_id: ResourceId,
})

/** Those that can be changed. */
export const ChangedHookAttributes = Type.Object({
  target_url: TargetUrl,
  resource_id: ResourceId,
  enabled: Type.Boolean(),
})

type Attributes = Record<string, unknown>

/** To what is there: a member that is missing is missed by the object. */
const pointerTo = (attributes: Attributes, name: string) =>
  name in attributes ? `/data/attributes/${name}` : '/data/attributes'

/** @param extensions whether events that Kajabi does not have are known. @throws ApiError 422 */
export function readEvent(attributes: Attributes, extensions: boolean): HookEvent {
  const known = extensions ? hookEvents : kajabiEvents
  const event = known.find((name) => name === attributes.event)
  if (event) return event
  throw unprocessable('invalid', `event must be one of ${known.join(', ')}`, pointerTo(attributes, 'event'))
}

/** A subscriber of an event can see its resources. @throws ApiError 403 */
export function assertCanSubscribe({ permissions }: Pick<Caller, 'permissions'>, event: HookEvent): void {
  if (permissions === null) return
  const lacking = describeEvent(event).needs.find((permission) => !permissions.includes(permission))
  if (lacking) throw forbidden(lacking)
}

/** @throws ApiError 422 */
export function readTarget(attributes: Attributes, allowsPrivate: boolean): string {
  const target = typeof attributes.target_url === 'string' ? attributes.target_url.trim() : ''
  try {
    parseTarget(target, allowsPrivate)
  } catch (error) {
    const sentence = `target_url ${(error as Error).message}`
    throw unprocessable('invalid', sentence, pointerTo(attributes, 'target_url'))
  }
  // As it was given: receivers put secrets into the query.
  return target
}

/**
 * What the hook is confined to: an id as a number or in digits, which is there on the site; null for all.
 *
 * @throws ApiError 422
 */
export async function readResourceId(
  tx: Tx,
  siteId: string,
  event: HookEvent,
  { resource_id }: Attributes,
): Promise<string | null> {
  if (resource_id === undefined || resource_id === null) return null
  const { confinedTo } = describeEvent(event)
  if (!confinedTo)
    throw invalidResource('not_confinable', `the event ${event} is of no offer or tag: leave it out`)
  const id = ['string', 'number'].includes(typeof resource_id) ? String(resource_id) : ''
  if (!isId(id)) throw invalidResource('invalid', 'must be an id, as in 7 or "7"')
  await assertReferable(tx, siteId, confinedTo, id, '/data/attributes/resource_id')
  return id
}

/**
 * What was archived while a hook was disabled, it cannot be enabled for.
 *
 * @throws ApiError 422
 */
export async function assertStillReferable(
  tx: Tx,
  { site_id, event, resource_id }: { site_id: string; event: HookEvent; resource_id: string | null },
): Promise<void> {
  const { confinedTo } = describeEvent(event)
  if (confinedTo && resource_id !== null)
    await assertReferable(tx, site_id, confinedTo, resource_id, '/data/attributes/enabled')
}

/** Forms do not exist yet: whatever is said of them is believed. */
async function assertReferable(
  tx: Tx,
  siteId: string,
  type: string,
  id: string,
  pointer: string,
): Promise<void> {
  if (!isReferenceType(type) || (await findReferable(tx, siteId, type, [id])).has(id)) return
  throw unprocessable('not_found', `resource_id: there is no ${absence(type, id)}`, pointer)
}

const invalidResource = (code: string, sentence: string) =>
  unprocessable(code, `resource_id: ${sentence}`, '/data/attributes/resource_id')

/** @throws ApiError 422 */
export function readEnabled({ enabled }: Attributes): boolean {
  if (typeof enabled === 'boolean') return enabled
  throw unprocessable('invalid', 'enabled must be true or false', '/data/attributes/enabled')
}

/** Left out: since ever. @throws ApiError 422 */
export function readSince({ since }: { since?: string }): Date {
  if (since === undefined) return new Date(0)
  const date = new Date(since)
  if (/^\d{4}-\d{2}-\d{2}T/.test(since) && !Number.isNaN(date.getTime())) return date
  const sentence = 'since must be a date and time as in 2026-01-15T09:30:00Z'
  throw unprocessable('invalid', sentence, '/data/attributes/since')
}
