/** What browsers answer with, as `toJSON()` of a credential has it (WebAuthn Level 3). */
import { Type } from 'typebox'

const encoded = (maxLength: number) =>
  Type.String({ pattern: '^[A-Za-z0-9_-]*$', maxLength, examples: ['q83vEjRWeJA'] })

const credential = {
  id: encoded(1_400),
  rawId: encoded(1_400),
  type: Type.Literal('public-key'),
}

/** Of `navigator.credentials.create()`. */
export const RegisteredCredential = Type.Object(
  {
    ...credential,
    response: Type.Object({
      clientDataJSON: encoded(8_000),
      attestationObject: encoded(64_000),
      transports: Type.Optional(
        Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20, examples: [['internal']] }),
      ),
    }),
  },
  { description: 'The answer of `navigator.credentials.create()`, as JSON' },
)

/** Of `navigator.credentials.get()`. */
export const UsedCredential = Type.Object(
  {
    ...credential,
    response: Type.Object({
      clientDataJSON: encoded(8_000),
      authenticatorData: encoded(8_000),
      signature: encoded(8_000),
      userHandle: Type.Optional(Type.Union([encoded(100), Type.Null()])),
    }),
  },
  { description: 'The answer of `navigator.credentials.get()`, as JSON', examples: [] },
)

/** Options of a ceremony, for `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`. */
export const OptionsDocument = (type: string) =>
  Type.Object({
    data: Type.Object({
      type: Type.Literal(type),
      id: Type.String({ description: 'The challenge' }),
      attributes: Type.Object({
        expires_at: Type.String({ format: 'date-time' }),
        options: Type.Record(Type.String(), Type.Unknown(), {
          description: 'What the browser is given, as JSON',
        }),
      }),
    }),
  })
