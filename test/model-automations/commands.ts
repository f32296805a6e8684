/** The commands of a scenario, as plain data: each is executed on the server and applied to the model. */
import fc from 'fast-check'

/** Offers; access to the last one ends after a day. */
export const OFFERS = ['Course', 'Bonus', 'Trial'] as const
export const TAGS = ['VIP', 'New'] as const

export type OfferName = (typeof OFFERS)[number]
export type TagName = (typeof TAGS)[number]

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | {
      filter: 'has_offer_id' | 'has_no_offer_id' | 'has_tag_id' | 'has_no_tag_id'
      value: OfferName | TagName
    }

export type Action =
  | { action: 'grant_offer' | 'revoke_offer' | 'deactivate_offer'; offer_id: OfferName }
  | { action: 'add_tag' | 'remove_tag'; tag_id: TagName }
  | { action: 'wait'; amount: number; unit: 'hours' | 'days' }
  | { action: 'send_email' | 'call_webhook' | 'stop' }

export interface Trigger {
  event: string
  resource_id?: OfferName | TagName
}

export interface Definition {
  trigger: Trigger
  conditions: Condition | null
  actions: Action[]
}

/** Numbers refer to contacts and automations in the order of their creation, modulo their count. */
export type Command =
  | { type: 'create_contact' }
  | { type: 'delete_contact'; who: number }
  | { type: 'grant' | 'revoke' | 'replace'; who: number; offers: OfferName[] }
  | { type: 'tag' | 'untag'; who: number; tag: TagName }
  | { type: 'create_automations'; definitions: Definition[] }
  | { type: 'change_automation'; which: number; definition: Partial<Definition> }
  | { type: 'enable'; which: number; enabled: boolean }
  | { type: 'delete_automation'; which: number }
  | { type: 'skip' }

/** The commands of a scenario, one after each entry of the batch's hours. */
export type Scenario = Command[]

/** Scenarios that run concurrently. They share a clock, which is moved by so many hours before each command. */
export interface Batch {
  hours: number[]
  scenarios: Scenario[]
}

const offer = fc.constantFrom(...OFFERS)
const tag = fc.constantFrom(...TAGS)
const number = fc.nat(5)

const filter: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ filter: fc.constantFrom('has_offer_id', 'has_no_offer_id'), value: offer }),
  fc.record({ filter: fc.constantFrom('has_tag_id', 'has_no_tag_id'), value: tag }),
)
const filters = fc.array(filter, { minLength: 1, maxLength: 2, size: 'max' })
const condition: fc.Arbitrary<Condition> = fc.oneof(
  filter,
  fc.record({ all: filters }),
  fc.record({ any: fc.tuple(filter, fc.record({ all: filters })) }),
)

const about = (events: string[], resource: fc.Arbitrary<OfferName | TagName>) =>
  fc.record({ event: fc.constantFrom(...events), resource_id: resource }, { requiredKeys: ['event'] })

const trigger: fc.Arbitrary<Trigger> = fc.oneof(
  {
    weight: 3,
    arbitrary: about(['offer_granted', 'offer_granted', 'offer_revoked', 'access_expired'], offer),
  },
  { weight: 3, arbitrary: about(['tag_added', 'tag_removed'], tag) },
  { weight: 1, arbitrary: fc.record({ event: fc.constantFrom('contact_created', 'customer_created') }) },
)

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      action: fc.constantFrom('grant_offer', 'grant_offer', 'revoke_offer', 'deactivate_offer'),
      offer_id: offer,
    }),
  },
  { weight: 4, arbitrary: fc.record({ action: fc.constantFrom('add_tag', 'remove_tag'), tag_id: tag }) },
  {
    weight: 2,
    arbitrary: fc.record({
      action: fc.constant('wait' as const),
      amount: fc.integer({ min: 1, max: 4 }),
      unit: fc.constantFrom('hours', 'days'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ action: fc.constantFrom('send_email', 'call_webhook', 'stop') }) },
)

const definition: fc.Arbitrary<Definition> = fc.record({
  trigger,
  conditions: fc.option(condition, { freq: 2 }),
  actions: fc.array(action, { minLength: 1, maxLength: 4, size: 'max' }),
})

const createAutomations = (least: number, most: number) =>
  fc.record({
    type: fc.constant('create_automations' as const),
    definitions: fc.array(definition, { minLength: least, maxLength: most, size: 'max' }),
  })

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: createAutomations(1, 1) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('grant', 'grant', 'grant', 'revoke', 'replace'),
      who: number,
      offers: fc.uniqueArray(offer, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('tag', 'tag', 'untag'), who: number, tag }) },
  { weight: 1, arbitrary: fc.constant({ type: 'create_contact' as const }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ type: fc.constant('change_automation' as const), which: number, definition: changes() }),
      fc.record({ type: fc.constant('enable' as const), which: number, enabled: fc.boolean() }),
      fc.record({ type: fc.constant('delete_automation' as const), which: number }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete_contact' as const), who: number }) },
)

function changes(): fc.Arbitrary<Partial<Definition>> {
  return fc.oneof(
    fc.record({ trigger }),
    fc.record({ conditions: fc.option(condition) }),
    fc.record({ actions: fc.array(action, { minLength: 1, maxLength: 4, size: 'max' }) }),
  )
}

const COMMANDS = 7
export const SCENARIOS_PER_BATCH = 25

/** Every scenario begins by creating automations. */
const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(createAutomations(3, 6), fc.array(command, { minLength: COMMANDS - 1, maxLength: COMMANDS - 1 }))
  .map(([first, rest]) => [first, ...rest])

export const batch: fc.Arbitrary<Batch> = fc.record({
  // The last hours complete the runs that are waiting.
  hours: fc
    .array(fc.constantFrom(0, 0, 1, 2, 25), { minLength: COMMANDS, maxLength: COMMANDS })
    .map((hours) => [...hours, 25, 100]),
  scenarios: fc.array(scenario, { minLength: SCENARIOS_PER_BATCH, maxLength: SCENARIOS_PER_BATCH }),
})
