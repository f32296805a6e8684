/** What automations would do, and why they did not: nothing is written. */

import { type TSchema, Type } from 'typebox'
import { type Contact, contactRows } from '../people/contacts/contacts.resource.ts'
import { inRolledBackTransaction, type Tx } from '../platform/db/database.ts'
import { newDocument } from '../platform/http/crud-documents.ts'
import { writingOf } from '../platform/http/crud-routes.ts'
import { ignoredAttributes } from '../platform/http/documents.ts'
import { type ReadContext, type Route, route } from '../platform/http/route.ts'
import { siteOf } from '../platform/http/site-of.ts'
import { documentedAs } from '../platform/jsonapi/documented.ts'
import { badRequest } from '../platform/jsonapi/errors.ts'
import { readId } from '../platform/jsonapi/identifiers.ts'
import { NullableText, NullableTime } from '../platform/jsonapi/nullable.ts'
import { readAttributes } from '../platform/jsonapi/read-attributes.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { automationRecords, automations } from './automations.resource.ts'
import { StepToComeSchema } from './describe-steps.ts'
import { type Explained, explainOccurrences, OUTCOMES } from './explain-occurrences.ts'
import { checkDraft, definitionOf } from './save-automation.ts'
import { type Occasion, type Tested, testAutomation } from './test-automation.ts'

const TAG = 'automations'

const OccasionSchema = Type.Object({
  contact_id: Type.Union([Type.String(), Type.Integer()], { description: 'The contact to test it on' }),
  resource_id: Type.Optional(
    Type.Union([Type.String(), Type.Integer()], {
      description:
        'The offer, tag or form that the event is about; left out, the one that the trigger is restricted to',
      examples: [],
    }),
  ),
})

/** The serializer takes them as they are. */
export const Conditions: TSchema = documentedAs(
  Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
  Type.Unsafe<object | null>({
    type: ['object', 'null'],
    additionalProperties: true,
    description:
      'The conditions with `is_met` beside each part; each filter also has the value `found`, a `sentence`, and `is_recorded`: whether there is data that it looks at. Null: there are none, or the caller lacks `view:contacts`.',
    examples: [
      {
        is_met: true,
        all: [
          {
            filter: 'subscribed',
            value: 'true',
            is_met: true,
            found: true,
            is_recorded: true,
            sentence: 'Accepts marketing e-mails (true): yes. Found: true.',
          },
        ],
      },
    ],
  }),
)

const TestResult = Type.Object({
  meta: Type.Object({
    would_run: Type.Boolean(),
    reason: NullableText({
      enum: ['disabled', 'other_resource', 'conditions_not_met', null],
      description: 'Why it would not run',
      examples: [null],
    }),
    sentence: Type.String(),
    conditions: Conditions,
    steps: Type.Array(StepToComeSchema, {
      description: 'What each step would do, with its time, in a run that goes ahead',
    }),
  }),
})

const DESCRIPTION =
  'Imagines that the event of the trigger occurs to a contact now: whether the automation would run, each condition with the value found, and what each step would do, when. Nothing is written or sent. Values of conditions require `view:contacts`, subjects of e-mails `view:emails`.'

const testSaved = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/automations/{id}/test',
  access: 'manage:automations',
  summary: 'Test an automation on a contact',
  description: DESCRIPTION,
  tag: TAG,
  body: Type.Object({ meta: OccasionSchema }),
  responses: { 200: TestResult },
  errors: [422],
  async handler(context) {
    const { db, params, caller, body } = context
    const automation = await findOne<Explained>(db, automationRecords, caller.siteIds, params.id!)
    return answer(context, body.meta, async (tx) => ({
      siteId: automation.site_id,
      name: automation.name,
      isEnabled: automation.disabled_at === null,
      definition: await definitionOf(tx, automation),
    }))
  },
})

const New = newDocument(automationRecords) as unknown as TSchema & { properties: object }

const Draft = Type.Unsafe<{
  data: { attributes: Record<string, unknown> }
  meta: { contact_id: string | number; resource_id?: string | number }
}>(Type.Object({ ...New.properties, meta: OccasionSchema }))

const testDraft = route({
  kind: 'read',
  method: 'POST',
  url: '/v1/automations/test_draft',
  access: 'manage:automations',
  summary: 'Test an automation before it is saved',
  description: `${DESCRIPTION} The document is that of a new automation, and requires the same permissions.`,
  tag: TAG,
  body: Draft,
  responses: { 200: TestResult },
  errors: [404, 409, 422],
  async handler(context) {
    const { body, ignore } = context
    const { attributes } = body.data
    const { values, ignored } = readAttributes(automations, attributes, true)
    ignore(ignoredAttributes(attributes, ignored))
    const siteId = siteOf(context as Parameters<typeof siteOf>[0])
    return answer(context, body.meta, async (tx) => ({
      siteId,
      name: String(values.name),
      isEnabled: values.enabled !== false,
      definition: await checkDraft(values, writingOf({ ...context, tx }), siteId),
    }))
  },
})

async function answer(
  { app, db, caller }: ReadContext,
  { contact_id, resource_id }: { contact_id: string | number; resource_id?: string | number },
  find: (tx: Tx) => Promise<Tested>,
) {
  const occasion: Occasion = {
    contactId: readId(String(contact_id)),
    ...(resource_id !== undefined && { resourceId: readId(String(resource_id)) }),
  }
  const meta = await inRolledBackTransaction(db, async (tx) =>
    testAutomation(app, tx, await find(tx), occasion, caller),
  )
  return { body: { meta } }
}

const Occurrence = Type.Object({
  event_id: Type.String(),
  occurred_at: Type.String({ format: 'date-time' }),
  outcome: Type.Unsafe<string>({ type: 'string', enum: [...OUTCOMES] }),
  reason: NullableText({
    description:
      'Why it did not start: `not_processed`, `other_resource`, `created_later`, `other_version`, `enabled_later`, `disabled` or `unknown`. Of a run: its own reason.',
  }),
  run_id: NullableText(),
  about: Type.Union(
    [Type.Object({ type: Type.String(), id: Type.String(), name: Type.String() }), Type.Null()],
    {
      description: 'The offer, tag or form that the event is about',
      examples: [{ type: 'contact_tags', id: '7', name: 'VIP' }],
    },
  ),
  since: NullableTime({
    description:
      'When the automation was created, enabled or disabled, if the reason is `created_later`, `enabled_later` or `disabled`',
  }),
  error: NullableText({ description: 'Why the run, or the processing of the event, failed' }),
  sentence: Type.String(),
})

const whyNot = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/automations/{id}/why_not',
  access: 'view:automations',
  summary: 'Explain why an automation ran for a contact, or did not',
  description:
    'Explains the last 20 events of the trigger that occurred to the contact: the run that was started, or why there is none. Values of conditions are those of now, and require `view:contacts`.',
  tag: TAG,
  query: Type.Object({ 'filter[contact_id]': Type.String({ description: 'The contact; required' }) }),
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('automation_explanations'),
        id: Type.String({ description: 'Id of the automation' }),
        attributes: Type.Object({
          event: Type.String({
            description: 'The type of the event of the trigger',
            examples: ['tag_added'],
          }),
          disabled_at: NullableTime({ description: 'Null: the automation is enabled' }),
          sentence: Type.String({ description: 'What became of the newest event, in words' }),
          occurrences: Type.Array(Occurrence, { description: 'The newest first' }),
          conditions: Conditions,
        }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  async handler({ db, params, query, caller, scope }) {
    const parameter = 'filter[contact_id]'
    const automation = await findOne<Explained>(db, automationRecords, caller.siteIds, params.id!)
    const given = query[parameter]
    if (given === undefined) throw badRequest('missing_parameter', `${parameter} is required.`, { parameter })
    const contact = await findOne<Contact>(db, contactRows, [automation.site_id], String(given), {
      parameter,
    })
    const attributes = await explainOccurrences(db, automation, contact.id, caller, scope.now)
    return {
      body: {
        data: { type: 'automation_explanations', id: automation.id, attributes },
        links: {
          self: `${scope.baseUrl}/v1/automations/${automation.id}/why_not?filter%5Bcontact_id%5D=${contact.id}`,
        },
      },
    }
  },
})

/** Paths with words before those in which a word could be an id. */
export const automationTestRoutes: Route[] = [testDraft, testSaved, whyNot]
