/** What can be done in a story, as plain data: to the server and to the model alike. Things are called by names. */
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

/** Contacts and automations are meant by their place in the order in which they came, round and round. */
export type Act =
  | { do: 'join' }
  | { do: 'leave'; who: number }
  | { do: 'grant' | 'revoke' | 'replace'; who: number; offers: OfferName[] }
  | { do: 'tag' | 'untag'; who: number; tag: TagName }
  | { do: 'automate'; definitions: Definition[] }
  | { do: 'rewrite'; which: number; definition: Partial<Definition> }
  | { do: 'switch'; which: number; enabled: boolean }
  | { do: 'drop'; which: number }
  | { do: 'rest' }

/** The acts of a story, one in each of its hours. */
export type Story = Act[]

/** Stories that are told beside each other; all share one clock, which is moved by so many hours before each act. */
export interface Evening {
  hours: number[]
  stories: Story[]
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

const automate = (least: number, most: number) =>
  fc.record({
    do: fc.constant('automate' as const),
    definitions: fc.array(definition, { minLength: least, maxLength: most, size: 'max' }),
  })

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 1, arbitrary: automate(1, 1) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('grant', 'grant', 'grant', 'revoke', 'replace'),
      who: number,
      offers: fc.uniqueArray(offer, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('tag', 'tag', 'untag'), who: number, tag }) },
  { weight: 1, arbitrary: fc.constant({ do: 'join' as const }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant('rewrite' as const), which: number, definition: changes() }),
      fc.record({ do: fc.constant('switch' as const), which: number, enabled: fc.boolean() }),
      fc.record({ do: fc.constant('drop' as const), which: number }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: number }) },
)

function changes(): fc.Arbitrary<Partial<Definition>> {
  return fc.oneof(
    fc.record({ trigger }),
    fc.record({ conditions: fc.option(condition) }),
    fc.record({ actions: fc.array(action, { minLength: 1, maxLength: 4, size: 'max' }) }),
  )
}

const ACTS = 7
export const STORIES = 25

/** Every story begins with automations. */
const story: fc.Arbitrary<Story> = fc
  .tuple(automate(3, 6), fc.array(act, { minLength: ACTS - 1, maxLength: ACTS - 1 }))
  .map(([first, rest]) => [first, ...rest])

export const evening: fc.Arbitrary<Evening> = fc.record({
  // The last hours are for what still waits.
  hours: fc
    .array(fc.constantFrom(0, 0, 1, 2, 25), { minLength: ACTS, maxLength: ACTS })
    .map((hours) => [...hours, 25, 100]),
  stories: fc.array(story, { minLength: STORIES, maxLength: STORIES }),
})
