import { Type } from 'typebox'
import type { Api, Json } from '../api.ts'
import { Id, lines, type Tool, type ToolContext } from '../tool.ts'

const PERMISSIONS: Tool['permissions'] = ['manage:grants']

const contact = { contact_id: Id('contact') }
const offers = {
  offer_ids: Type.Array(Id('offer'), {
    minItems: 1,
    maxItems: 20,
    description: 'Ids of the offers, as text',
  }),
}
const plan = {
  plan: Type.String({ maxLength: 500, description: 'From preview_change with the same arguments' }),
}

/** A change of access: how it is written to the API. */
interface Action {
  method: 'POST' | 'DELETE'
  meta: (args: Json) => object
}

const ACTIONS: Record<'grant' | 'extend' | 'revoke', Action> = {
  grant: {
    method: 'POST',
    meta: ({ send_welcome_email = true, expires_at }) => ({
      send_customer_welcome_email: send_welcome_email,
      ...(expires_at !== undefined && { expires_at }),
    }),
  },
  extend: {
    method: 'POST',
    meta: ({ expires_at }) => (expires_at === undefined ? { renew: 'extend' } : { expires_at }),
  },
  revoke: { method: 'DELETE', meta: () => ({}) },
}

type ActionName = keyof typeof ACTIONS

const grantOptions = {
  send_welcome_email: Type.Optional(
    Type.Boolean({ default: true, description: 'false: no welcome e-mail to a new customer' }),
  ),
  expires_at: Type.Optional(
    Type.String({ maxLength: 40, description: 'End of access: a day such as 2027-01-31, or a time' }),
  ),
}

const extendOptions = {
  expires_at: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'New end of access; without it, the access period of the offer is added',
    }),
  ),
}

const previewChange: Tool = {
  name: 'preview_change',
  title: 'Preview a change of access',
  description:
    'Says what granting, extending or revoking offers would do, e-mails, automations and webhooks included. Nothing is changed. The result ends with the plan that the tool for the change needs.',
  input: Type.Object({
    action: Type.Union([Type.Literal('grant'), Type.Literal('extend'), Type.Literal('revoke')]),
    ...contact,
    ...offers,
    ...grantOptions,
  }),
  permissions: PERMISSIONS,
  effect: 'reads',
  async run({ api, plans }, { action, ...args }: { action: ActionName }) {
    const { facts, sentences } = await dryRun(api, action, args)
    return `${lines(sentences, 'Nothing would change.')}\nplan: ${plans.make({ change: changeOf(action, args), facts })}`
  },
}

const grantOffers: Tool = {
  name: 'grant_offers',
  title: 'Grant offers',
  description:
    'Gives a contact access to offers, as previewed. The contact becomes a customer if it is none. An offer that is held stays as it is.',
  input: Type.Object({ ...contact, ...offers, ...grantOptions, ...plan }),
  permissions: PERMISSIONS,
  effect: 'adds',
  isIdempotent: true,
  run: (context, args) => carryOut(context, 'grant', args),
}

const extendAccess: Tool = {
  name: 'extend_access',
  title: 'Extend access',
  description: 'Moves the end of access to offers that a contact holds, as previewed.',
  input: Type.Object({ ...contact, ...offers, ...extendOptions, ...plan }),
  permissions: PERMISSIONS,
  effect: 'adds',
  isIdempotent: true,
  run: (context, args) => carryOut(context, 'extend', args),
}

const revokeOffers: Tool = {
  name: 'revoke_offers',
  title: 'Revoke offers',
  description: 'Ends the access of a contact to offers, as previewed. Billing is left as it is.',
  input: Type.Object({ ...contact, ...offers, ...plan }),
  permissions: PERMISSIONS,
  effect: 'destroys',
  isIdempotent: true,
  run: (context, args) => carryOut(context, 'revoke', args),
}

async function carryOut(
  { api, plans }: ToolContext,
  action: ActionName,
  { plan, ...args }: Json,
): Promise<string> {
  const { facts } = await dryRun(api, action, args)
  const idempotencyKey = plans.redeem(plan, { change: changeOf(action, args), facts })
  const { meta } = await change(api, action, args, '', idempotencyKey)
  const revoked = (meta.revoked ?? []).map((id: string) => `offer ${id}: revoked`)
  const changed = (meta.offers ?? []).map(
    ({ id, status, expires_at, grant_id }: Json) =>
      `offer ${id}: ${status}, access ${expires_at ? `until ${expires_at}` : 'without end'}${grant_id ? `, grant ${grant_id}` : ''}`,
  )
  return lines([...changed, ...revoked], 'Nothing changed.')
}

/** What a plan is for: the same for arguments in any order, and for defaults that are left out. */
function changeOf(action: ActionName, args: Json): unknown {
  const { method, meta } = ACTIONS[action]
  return [method, args.contact_id, [...args.offer_ids].sort(), meta(args)]
}

async function dryRun(
  api: Api,
  action: ActionName,
  args: Json,
): Promise<{ facts: unknown; sentences: string[] }> {
  const { meta } = await change(api, action, args, '?dry_run=true')
  return {
    sentences: meta.effects.map(({ sentence }: Json) => sentence),
    facts: [
      meta.effects.map(({ effect, happens, reason, offer_id, event, kind, status }: Json) => [
        effect,
        happens,
        reason,
        offer_id,
        event,
        kind,
        status,
      ]),
      // To the day: a period that counts from now ends a little later each time.
      (meta.offers ?? []).map(({ id, status, expires_at }: Json) => [id, status, expires_at?.slice(0, 10)]),
      meta.revoked ?? [],
    ],
  }
}

function change(
  api: Api,
  action: ActionName,
  args: Json,
  query: string,
  idempotencyKey?: string,
): Promise<Json> {
  const { method, meta } = ACTIONS[action]
  const body = { data: args.offer_ids.map((id: string) => ({ type: 'offers', id })), meta: meta(args) }
  return api.request(
    method,
    `/v1/contacts/${args.contact_id}/relationships/offers${query}`,
    body,
    idempotencyKey,
  )
}

export const accessTools: Tool[] = [previewChange, grantOffers, extendAccess, revokeOffers]
