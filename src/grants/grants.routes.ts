import { type Static, type TSchema, Type } from 'typebox'
import type { App } from '../platform/app.ts'
import { authenticate, forbidden, TOKEN_ENDED, unauthorized } from '../platform/http/authenticate.ts'
import { Linkage, readIds } from '../platform/http/documents.ts'
import { type DryRuns, dryRunMeta, dryRunParameter, isDryRun, withEffects } from '../platform/http/dry-run.ts'
import { otherRequest, REPLAYED } from '../platform/http/idempotency.ts'
import { IdentifierList } from '../platform/http/resource-routes.ts'
import { type Answer, type Caller, type Route, route, type SignedContext } from '../platform/http/route.ts'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import { jsonPointer } from '../platform/jsonapi/errors.ts'
import { identifier, isId } from '../platform/jsonapi/identifiers.ts'
import { NullableText, NullableTime } from '../platform/jsonapi/nullable.ts'
import {
  type ChangeOffers,
  type ChangeOutcome,
  changeOffers,
  RENEWALS,
  type Subject,
} from './change-offers.ts'
import { explainPeriod, readRenewal } from './read-renewal.ts'
import { emailTaken, offerNotFound, subjectNotFound } from './refusals.ts'

const PERMISSION = 'manage:grants'

/** How a change of offers is tried: see dry-runs/. */
export interface OfferDryRuns extends Pick<DryRuns, 'effect'> {
  run: (
    app: App,
    change: ChangeOffers,
    viewer: Pick<Caller, 'permissions'>,
  ) => Promise<{ outcome: ChangeOutcome; effects: object[] }>
}

const Meta = {
  send_customer_welcome_email: Type.Optional(
    Type.Boolean({
      default: true,
      description: 'false: no welcome e-mail is sent when the contact becomes a customer',
    }),
  ),
  send_offer_grant_email: Type.Optional(
    Type.Boolean({
      description: 'true: a confirmation e-mail is sent for each granted offer',
      'x-extension': true,
    }),
  ),
  gift: Type.Optional(
    Type.Object(
      {
        from_name: Type.Optional(Type.String({ maxLength: 200 })),
        message: Type.Optional(Type.String({ maxLength: 2_000 })),
      },
      { description: 'Sender name and message in the gift e-mail', 'x-extension': true },
    ),
  ),
}

const EndOfAccess = NullableText({ 'x-extension': true })

/** Of a grant alone. */
const RenewalMeta = {
  renew: Type.Optional(
    Type.Union(
      RENEWALS.map((word) => Type.Literal(word)),
      {
        description:
          'Of offers that are held: `extend` adds the access period of the offer to the end of access, `restart` counts it from now. Send an `Idempotency-Key`, or a repeated request extends access again.',
        'x-extension': true,
        // Not together with expires_at.
        examples: [],
      },
    ),
  ),
  // readRenewal() says what is wrong with a time.
  expires_at: Type.Optional(
    documentedAs(EndOfAccess, {
      ...EndOfAccess,
      anyOf: [{ format: 'date-time' }, { format: 'date' }, { type: 'null' }],
      description:
        'When access ends, also to offers that are held; a day such as `2027-01-31`: at its end in the time zone of the site; null: access does not end',
    } as TSchema),
  ),
}

const bodyWith = <Members extends Record<string, TSchema>>(meta: Members) =>
  Type.Object({ ...Linkage('offers').properties, meta: Type.Optional(Type.Object(meta)) })

const GrantBody = bodyWith({ ...Meta, ...RenewalMeta })
const OffersBody = bodyWith(Meta)

type Body = Static<typeof GrantBody>

const OffersAnswer = (dryRuns: OfferDryRuns) =>
  Type.Object({
    ...IdentifierList('offers').properties,
    meta: Type.Object(
      {
        ...dryRunMeta(dryRuns),
        customer_id: Type.Optional(Type.String()),
        customer_created: Type.Optional(Type.Boolean()),
        customer_event_id: Type.Optional(Type.String()),
        offers: Type.Optional(
          Type.Array(
            Type.Object({
              id: Type.String(),
              status: Type.Union([
                Type.Literal('granted'),
                Type.Literal('renewed'),
                Type.Literal('already_granted'),
              ]),
              expires_at: Type.Optional(NullableTime({ description: 'When access ends; null: it does not' })),
              grant_id: Type.Optional(Type.String()),
              event_id: Type.Optional(Type.String()),
            }),
          ),
        ),
        revoked: Type.Optional(Type.Array(Type.String())),
      },
      { 'x-extension': true },
    ),
  })

const OPERATIONS = {
  POST: {
    mode: 'grant',
    records: ['customer_created', 'offer_granted', 'access_extended', 'access_changed'],
    summary: 'Grant offers to a',
    description:
      'All or nothing. Offers that the customer already holds are left unchanged, unless `meta.renew` or `meta.expires_at` changes the end of access. `data` lists every offer that the customer holds afterwards; `meta` describes what this request changed.',
  },
  PATCH: {
    mode: 'replace',
    records: ['customer_created', 'offer_granted', 'offer_revoked', 'purchase_deactivated'],
    summary: 'Replace the offers of a',
    description:
      'Grants the listed offers that the customer does not hold, and revokes those that are not listed. An empty list revokes all.',
  },
  DELETE: {
    mode: 'revoke',
    records: ['offer_revoked', 'purchase_deactivated'],
    summary: 'Revoke offers from a',
    description: 'Ends access, never billing. Offers that the customer does not hold are ignored.',
  },
} as const

/** The three operations on the offers of a contact or of a customer. */
function offerRelationshipRoutes(
  parent: Subject['parent'],
  singular: string,
  dryRuns: OfferDryRuns,
): Route[] {
  const answer = OffersAnswer(dryRuns)
  return (['POST', 'PATCH', 'DELETE'] as const).map((method) =>
    route({
      kind: 'batched',
      method,
      url: `/v1/${parent}/{id}/relationships/offers`,
      access: PERMISSION,
      summary: `${OPERATIONS[method].summary} ${singular}`,
      description: OPERATIONS[method].description,
      records: OPERATIONS[method].records,
      tag: 'grants',
      query: Type.Object(dryRunParameter),
      body: method === 'POST' ? GrantBody : (OffersBody as typeof GrantBody),
      responses: { 200: answer },
      async handler(context) {
        const subject = { parent, id: context.params.id! }
        if (!isId(subject.id)) throw subjectNotFound(subject)
        context.ignore(unknownMeta(context.body.meta ?? {}))
        const change = changeOf(context, subject, OPERATIONS[method].mode)
        if (isDryRun(context.query)) return answerDry(context, change, dryRuns)
        const outcome = await changeOffers(context.app, change).catch((error) => {
          throw explainPeriod(error)
        })
        return answerOf(context, change, outcome)
      },
    }),
  )
}

const KNOWN_META = Object.keys({ ...Meta, ...RenewalMeta })

/** A misspelled member would silently change nothing. */
const unknownMeta = (meta: object) =>
  Object.keys(meta)
    .filter((name) => !KNOWN_META.includes(name))
    .map((name) => ({
      reason: `There is no meta.${name}; use ${KNOWN_META.join(', ')}`,
      source: { pointer: jsonPointer(['meta', name]) },
    }))

async function answerDry(
  context: SignedContext<Body>,
  change: ChangeOffers,
  { run }: OfferDryRuns,
): Promise<Answer> {
  const { app, claims } = context
  const caller = await authenticate(app.db, claims, PERMISSION, false)
  const { outcome, effects } = await run(app, change, caller).catch((error) => {
    throw explainPeriod(error)
  })
  return withEffects(answerOf(context, change, outcome), effects)
}

function changeOf(
  { claims, body, idempotency, requestId, source }: SignedContext<Body>,
  subject: Subject,
  mode: ChangeOffers['mode'],
): ChangeOffers {
  const { accountId, keyId, familyId, epoch } = claims
  // By name: other members must not reach the options of the database function.
  const { send_customer_welcome_email, send_offer_grant_email, gift } = body.meta ?? {}
  const renewal = readRenewal(body.meta ?? {}, mode)
  return {
    mode,
    subject,
    idempotency,
    caller: { account_id: accountId, permission: PERMISSION, key_id: keyId, family_id: familyId, epoch },
    // An impossible id is reported like one that does not exist.
    offerIds: readIds(body),
    options: {
      send_customer_welcome_email,
      send_offer_grant_email,
      gift,
      ...renewal,
      source: 'api',
      request_id: requestId,
      address: source,
    },
  }
}

function answerOf(
  { baseUrl, body }: SignedContext<Body>,
  { subject, mode, offerIds }: ChangeOffers,
  outcome: ChangeOutcome,
): Answer {
  switch (outcome.error) {
    case 'unauthorized':
      throw unauthorized(TOKEN_ENDED)
    case 'forbidden':
      throw forbidden(PERMISSION)
    case 'subject_not_found':
      throw subjectNotFound(subject)
    case 'email_taken':
      throw emailTaken()
    case 'idempotency_mismatch':
      throw otherRequest()
    case 'offer_not_found': {
      const index = offerIds.indexOf(outcome.unknown_offer_id)
      throw offerNotFound(body.data[index]!.id, mode, `/data/${index}`)
    }
  }
  const { held, revoked, customer_id, customer_created, customer_event_id, offers, replayed } = outcome
  return {
    body: {
      data: held.map((id) => identifier('offers', id)),
      links: { self: `${baseUrl}/v1/${subject.parent}/${subject.id}/relationships/offers` },
      meta: {
        customer_id: customer_id ?? undefined,
        customer_created,
        customer_event_id: customer_event_id ?? undefined,
        offers,
        revoked: revoked.length > 0 ? revoked : undefined,
      },
    },
    headers: replayed ? REPLAYED : {},
  }
}

export const grantRoutes = (dryRuns: OfferDryRuns): Route[] => [
  ...offerRelationshipRoutes('contacts', 'contact', dryRuns),
  ...offerRelationshipRoutes('customers', 'customer', dryRuns),
]
