import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { type Static, type TSchema, Type } from 'typebox'
import { assertSameId } from '../../platform/http/changes.ts'
import { type Answer, type Route, route } from '../../platform/http/route.ts'
import { NullableTime } from '../../platform/jsonapi/nullable.ts'
import { addPasskey, passkeyOptions } from './add-passkey.ts'
import { findPasskey, listPasskeys, removePasskey, renamePasskey } from './change-passkeys.ts'
import { OptionsDocument, RegisteredCredential } from './credential-schemas.ts'
import { challengeOptions } from './use-passkey.ts'

const Passkey = Type.Object({
  type: Type.Literal('passkeys'),
  id: Type.String(),
  attributes: Type.Object({
    name: Type.String({ examples: ['MacBook'] }),
    transports: Type.Array(Type.String({ examples: ['internal'] })),
    is_backed_up: Type.Boolean({
      description: 'It is on more than one device, or in the store of a vendor',
    }),
    created_at: Type.String({ format: 'date-time' }),
    updated_at: Type.String({ format: 'date-time' }),
    last_used_at: NullableTime(),
  }),
})

const PasskeyDocument = Type.Object({ data: Passkey })

type Shown = Awaited<ReturnType<typeof findPasskey>>

const show = ({ id, used_at, ...attributes }: Shown) => ({
  type: 'passkeys',
  id,
  attributes: { ...attributes, last_used_at: used_at },
})

const showOptions = (
  type: string,
  { options, expiresAt }: { options: { challenge: string }; expiresAt: Date },
): Answer => ({
  body: {
    data: { type, id: options.challenge, attributes: { expires_at: expiresAt.toISOString(), options } },
  },
  headers: { 'cache-control': 'no-store' },
})

const signInOptions = route({
  kind: 'open',
  method: 'POST',
  url: '/v1/sessions/passkey_options',
  access: 'public',
  summary: 'Get a challenge for a passkey',
  description:
    '`options` is for `navigator.credentials.get()`, which answers with the `passkey` of `POST /v1/sessions` or `POST /v1/sessions/current/confirm`. The challenge is valid once, within ten minutes.',
  tag: 'authentication',
  responses: { 200: OptionsDocument('passkey_options') },
  errors: [422],
  handler: async ({ app, baseUrl }) => showOptions('passkey_options', await challengeOptions(app, baseUrl)),
})

const options = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/passkeys/options',
  access: 'token',
  onlySessions: true,
  needsRecentSignIn: true,
  summary: 'Get a challenge for a new passkey',
  description:
    '`options` is for `navigator.credentials.create()`, which answers with the `credential` of `POST /v1/passkeys`. The challenge is valid once, within ten minutes.',
  tag: 'authentication',
  responses: { 200: OptionsDocument('passkey_options') },
  errors: [422],
  handler: async ({ app, caller, baseUrl }) =>
    showOptions('passkey_options', await passkeyOptions(app, caller, baseUrl)),
})

const NewPasskey = Type.Object({
  data: Type.Object({
    type: Type.Literal('passkeys'),
    attributes: Type.Object({
      name: Type.String({ examples: ['MacBook'] }),
      credential: RegisteredCredential,
    }),
  }),
})

const add = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/passkeys',
  records: ['passkey_added'],
  access: 'token',
  onlySessions: true,
  needsRecentSignIn: true,
  summary: 'Add a passkey',
  description:
    'The user signs in with it from now on, as with e-mail and password. At most 20 for a user. Records `passkey_added`.',
  tag: 'authentication',
  body: NewPasskey as TSchema,
  responses: { 201: PasskeyDocument },
  errors: [409, 422],
  async handler({ app, db, caller, body, baseUrl, requestId, source }) {
    const { name, credential } = (body as Static<typeof NewPasskey>).data.attributes
    const given = { name, credential: credential as RegistrationResponseJSON }
    const id = await addPasskey(app, caller, given, { baseUrl, requestId, address: source })
    app.onEvents()
    return {
      status: 201,
      body: { data: show(await findPasskey(db, caller, id)) },
      headers: { location: `${baseUrl}/v1/passkeys` },
    }
  },
})

const list = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/passkeys',
  access: 'token',
  summary: 'List the passkeys of the user',
  tag: 'authentication',
  responses: { 200: Type.Object({ data: Type.Array(Passkey) }) },
  handler: async ({ db, caller }) => ({ body: { data: (await listPasskeys(db, caller)).map(show) } }),
})

const rename = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/passkeys/{id}',
  access: 'token',
  summary: 'Rename a passkey',
  tag: 'authentication',
  body: Type.Object({
    data: Type.Object({
      type: Type.Literal('passkeys'),
      id: Type.Optional(Type.String()),
      attributes: Type.Object({ name: Type.String({ examples: ['Phone'] }) }),
    }),
  }),
  responses: { 200: PasskeyDocument },
  async handler({ tx, caller, params, body, scope }) {
    const { id } = await findPasskey(tx, caller, params.id!)
    assertSameId(body.data.id, id)
    await renamePasskey(tx, caller, id, body.data.attributes.name, scope.now)
    return { body: { data: show(await findPasskey(tx, caller, id)) } }
  },
})

const remove = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/passkeys/{id}',
  records: ['passkey_removed'],
  access: 'token',
  needsRecentSignIn: true,
  summary: 'Remove a passkey',
  description:
    'Nobody signs in with it any more; sessions stay. The device may still offer it. Records `passkey_removed`.',
  tag: 'authentication',
  responses: { 204: Type.Null({ description: 'The passkey is removed' }) },
  async handler({ tx, caller, params, requestId, source, scope }): Promise<Answer> {
    await removePasskey(tx, caller, params.id!, { requestId, address: source, now: scope.now })
    return { status: 204 }
  },
})

export const passkeyRoutes: Route[] = [signInOptions, options, list, add, rename, remove]
