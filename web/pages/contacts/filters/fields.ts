/**
 * Table of contents: what contacts can be filtered by, with the filters of `GET /v1/contacts` behind it: each that is
 * recorded, except those that repeat another one or compare ids of contacts.
 */
import type { TextKey } from '../../../texts/text-key.ts'

/** A filter of `GET /v1/contacts`, such as has_tag_id, with its value. */
export interface Rule {
  filter: string
  value: string
}

/** How a value is entered. */
export type Entry =
  | 'line'
  | 'days'
  | 'number'
  | 'date'
  | { resource: Resource }
  | { options: string[] }
  /** There is nothing to enter: the operator says it. */
  | { fixed: string }

/** What a value is the id of. */
export type Resource = 'contact_tags' | 'offers' | 'products' | 'forms' | 'segments'

export interface Operator {
  filter: string
  text: TextKey
  entry: Entry
}

export interface Field {
  key: string
  /** Of a custom field, its title. */
  title: TextKey | { text: string }
  operators: Operator[]
  /** Without it, the field is not offered. */
  permission?: string
}

const line = (filter: string, text: TextKey): Operator => ({ filter, text, entry: 'line' })
const days = (filter: string, text: TextKey): Operator => ({ filter, text, entry: 'days' })
const id = (filter: string, text: TextKey, resource: Resource): Operator => ({
  filter,
  text,
  entry: { resource },
})
const number = (filter: string, text: TextKey): Operator => ({ filter, text, entry: 'number' })
const date = (filter: string, text: TextKey): Operator => ({ filter, text, entry: 'date' })
const fixed = (filter: string, text: TextKey, value: string): Operator => ({
  filter,
  text,
  entry: { fixed: value },
})

/** A text of which the API finds a part alone. */
const part = (name: string): Field => ({
  key: name,
  title: `field.${name}` as TextKey,
  operators: [line(`${name}_contains`, 'op.contains')],
})

export const FIELDS: Field[] = [
  {
    key: 'tags',
    title: 'field.tags',
    operators: [
      id('has_tag_id', 'op.include', 'contact_tags'),
      id('has_no_tag_id', 'op.notInclude', 'contact_tags'),
    ],
  },
  {
    key: 'offers',
    title: 'field.offers',
    permission: 'view:offers',
    operators: [id('has_offer_id', 'op.include', 'offers'), id('has_no_offer_id', 'op.notInclude', 'offers')],
  },
  {
    key: 'products',
    title: 'field.products',
    permission: 'view:products',
    operators: [
      id('has_product_id', 'op.include', 'products'),
      id('has_active_product_id', 'op.begun', 'products'),
      id('has_no_product_id', 'op.notInclude', 'products'),
      id('previously_owned_product_id', 'op.onceIncluded', 'products'),
    ],
  },
  {
    key: 'forms',
    title: 'field.forms',
    permission: 'view:forms',
    operators: [
      id('submitted_form_id', 'op.include', 'forms'),
      id('no_submitted_form_id', 'op.notInclude', 'forms'),
    ],
  },
  {
    key: 'segments',
    title: 'field.segments',
    operators: [
      id('segment_id', 'op.include', 'segments'),
      id('not_segment_id', 'op.notInclude', 'segments'),
    ],
  },
  {
    key: 'subscribed',
    title: 'field.subscribed',
    operators: [fixed('subscribed', 'op.yes', 'true'), fixed('subscribed', 'op.no', 'false')],
  },
  {
    key: 'net_revenue',
    title: 'field.net_revenue',
    operators: [
      number('net_revenue_greater_than', 'op.greater'),
      number('net_revenue_less_than', 'op.less'),
      number('net_revenue_equal_to', 'op.is'),
    ],
  },
  {
    key: 'used_coupon_code',
    title: 'field.used_coupon_code',
    operators: [line('used_coupon_code', 'op.is')],
  },
  {
    key: 'created_at',
    title: 'field.created_at',
    operators: [
      days('created_in_last', 'op.inLast'),
      days('not_created_in_last', 'op.notInLast'),
      date('created_at_gteq', 'op.since'),
      date('created_at_lt', 'op.before'),
    ],
  },
  {
    key: 'updated_at',
    title: 'field.updated_at',
    operators: [date('updated_at_gteq', 'op.since'), date('updated_at_lt', 'op.before')],
  },
  {
    key: 'joined',
    title: 'field.joined',
    operators: [days('joined_in_last', 'op.inLast')],
  },
  {
    key: 'active',
    title: 'field.active',
    operators: [days('active_in_last', 'op.inLast'), days('inactive_in_last', 'op.notInLast')],
  },
  {
    key: 'email_sent',
    title: 'field.email_sent',
    operators: [
      days('delivered_email_in_last', 'op.inLast'),
      days('not_delivered_email_in_last', 'op.notInLast'),
    ],
  },
  {
    key: 'bounces',
    title: 'field.bounces',
    operators: [
      fixed('is_hard_bouncing', 'op.yes', 'true'),
      fixed('is_hard_bouncing', 'op.no', 'false'),
      days('bounced_in_last', 'op.begunInLast'),
    ],
  },
  {
    key: 'name',
    title: 'field.name',
    operators: [line('name_contains', 'op.contains')],
  },
  {
    key: 'email',
    title: 'field.email',
    operators: [line('email_contains', 'op.contains'), line('email', 'op.is')],
  },
  part('phone_number'),
  part('mobile_phone_number'),
  part('address_line_1'),
  part('address_line_2'),
  part('address_city'),
  part('address_state'),
  part('address_country'),
  part('address_zip'),
  {
    key: 'external_user_id',
    title: 'field.external_user_id',
    operators: [
      line('external_user_id', 'op.is'),
      line('external_user_id_not_eq', 'op.isNot'),
      line('external_user_id_cont', 'op.contains'),
      line('external_user_id_not_cont', 'op.containsNot'),
      line('external_user_id_start', 'op.begins'),
      line('external_user_id_end', 'op.ends'),
      fixed('external_user_id_null', 'op.isSet', 'false'),
      fixed('external_user_id_null', 'op.isNotSet', 'true'),
      line('external_user_id_source', 'op.isOfSystem'),
    ],
  },
]

interface CustomField {
  handle: string
  title: string
  type: string
  select_options: string | null
}

const COMPARED: [operator: string, text: TextKey][] = [
  ['eq', 'op.is'],
  ['not_eq', 'op.isNot'],
  ['gt', 'op.greater'],
  ['gteq', 'op.atLeast'],
  ['lt', 'op.less'],
  ['lteq', 'op.atMost'],
]

/** What contacts can be filtered by thanks to a custom field of the site: docs/filters.md has the operators of types. */
export function fieldOf({ handle, title, type, select_options }: CustomField): Field {
  return {
    key: handle,
    title: { text: title },
    operators: [
      ...operatorsOf(handle, type, select_options?.split('\n') ?? []),
      fixed(`${handle}_null`, 'op.isSet', 'false'),
      fixed(`${handle}_null`, 'op.isNotSet', 'true'),
    ],
  }
}

function operatorsOf(handle: string, type: string, options: string[]): Operator[] {
  const compared = (operators: typeof COMPARED, entry: Entry) =>
    operators.map(([operator, text]): Operator => ({ filter: `${handle}_${operator}`, text, entry }))
  switch (type) {
    case 'NumberField':
      return compared(COMPARED, 'number')
    case 'DateField':
      return compared(
        [
          ['eq', 'op.is'],
          ['gteq', 'op.since'],
          ['lt', 'op.before'],
        ],
        'date',
      )
    case 'CheckboxField':
      return [fixed(`${handle}_eq`, 'op.yes', 'true'), fixed(`${handle}_eq`, 'op.no', 'false')]
    case 'SelectBoxField':
    case 'RadioButtonsField':
      return compared(COMPARED.slice(0, 2), { options })
    default:
      return [
        ...compared(COMPARED.slice(0, 2), 'line'),
        line(`${handle}_cont`, 'op.contains'),
        line(`${handle}_not_cont`, 'op.containsNot'),
        line(`${handle}_start`, 'op.begins'),
        line(`${handle}_end`, 'op.ends'),
      ]
  }
}

/** The field and the operator behind a rule; undefined for one that only the API knows. */
export function operatorOf(fields: Field[], { filter, value }: Rule): [Field, Operator] | undefined {
  for (const field of fields)
    for (const operator of field.operators)
      if (operator.filter === filter && (!isFixed(operator.entry) || operator.entry.fixed === value))
        return [field, operator]
  return undefined
}

export const isFixed = (entry: Entry): entry is { fixed: string } =>
  typeof entry === 'object' && 'fixed' in entry

/** A rule of a field that is yet to be completed. */
export const ruleOf = ({ filter, entry }: Operator, value = ''): Rule => ({
  filter,
  value: isFixed(entry) ? entry.fixed : value,
})

/** Whether values of one operator make sense to the other. */
export const takesSame = (one: Entry, other: Entry): boolean => JSON.stringify(one) === JSON.stringify(other)
