/** The attribute `inputs` of a form: what it asks for, in which order, and what must be filled in. */
import { Type } from 'typebox'
import { type CustomField, customFieldsOf } from '../people/custom-fields/find-fields.ts'
import { absentField, isHandle } from '../people/custom-fields/read-values.ts'
import type { Tx } from '../platform/db/database.ts'
import { jsonPointer, unprocessable } from '../platform/jsonapi/errors.ts'
import { type Field, FieldError } from '../platform/jsonapi/fields.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { isStandard, STANDARD_HANDLES } from './standard-fields.ts'

export interface Input {
  handle: string
  required: boolean
}

/** As a request has it. */
export type PartialInput = Pick<Input, 'handle'> & { required: boolean | undefined }

/** Of a form that does not say what it asks for. */
export const DEFAULT_INPUTS: Input[] = [
  { handle: 'name', required: true },
  { handle: 'email', required: true },
]

const MOST_INPUTS = 50

export const InputsSchema = Type.Array(
  Type.Object({
    handle: Type.String({ description: 'An attribute of contacts: `name`, `phone_number`, `custom_1`, …' }),
    required: Type.Optional(
      Type.Boolean({ description: 'Left out: `name`, `email` and what custom fields say' }),
    ),
  }),
  { minItems: 1, maxItems: MOST_INPUTS },
)

/** `email` is always asked for and required: it comes last where it is left out. */
export const inputsField: Field = {
  schema: InputsSchema,
  form: 'a list such as [{"handle": "email", "required": true}], in which no handle occurs twice',
  read(value) {
    if (!Array.isArray(value) || value.length === 0 || value.length > MOST_INPUTS) return undefined
    const inputs = value.map(readInput)
    if (inputs.includes(null)) return undefined
    const handles = new Set(inputs.map((input) => input!.handle))
    if (handles.size < inputs.length) return undefined
    return withEmail(inputs as PartialInput[])
  },
  fromText: (text) => (text.trim().startsWith('[') ? jsonOf(text) : text.split(',').map(inputOfWord)),
}

function readInput(value: unknown): PartialInput | null {
  if (!isObject(value)) return null
  const { handle, required = handle === 'name' || handle === 'email' || undefined } = value
  if (typeof handle !== 'string' || !['boolean', 'undefined'].includes(typeof required)) return null
  if (handle === 'email' && !required) throw new FieldError('invalid', 'cannot make email optional')
  return { handle, required: required as boolean | undefined }
}

const withEmail = (inputs: PartialInput[]): PartialInput[] =>
  inputs.some(({ handle }) => handle === 'email') ? inputs : [...inputs, { handle: 'email', required: true }]

/** On the command line, as in `name,email,phone_number*`: what ends in * must be filled in. */
const inputOfWord = (word: string): Partial<Input> => {
  const [, handle, mark] = /^(.*?)(\*?)$/.exec(word.trim())!
  return { handle, ...(mark && { required: true }) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * Completes inputs: whether a custom field must be filled in is what the field itself says, unless the form does.
 *
 * @throws ApiError 422 that points at a handle that is no attribute of contacts on this site
 */
export async function completeInputs(tx: Tx, siteId: string, inputs: PartialInput[]): Promise<Input[]> {
  const customFields = inputs.every(({ handle }) => isStandard(handle))
    ? []
    : await customFieldsOf(tx, [siteId])
  return inputs.map(({ handle, required }, index) => {
    const custom = customFields.find((field) => field.handle === handle)
    if (!custom && !isStandard(handle)) throw unknownHandle(handle, index, customFields)
    return { handle, required: required ?? custom?.required ?? false }
  })
}

function unknownHandle(handle: string, index: number, customFields: CustomField[]) {
  const path = ['data', 'attributes', 'inputs', index, 'handle']
  if (isHandle(handle)) return absentField(handle, customFields, path)
  return unprocessable(
    'unknown_handle',
    `There is no field ${JSON.stringify(handle)}. A form can ask for ${STANDARD_HANDLES.join(', ')} and custom fields.`,
    jsonPointer(path),
  )
}

/** Makes these the fields of a form. Those that it has keep their ids. @returns whether anything changed */
export async function setInputs(tx: Tx, form: Row, inputs: Input[], now: Date): Promise<boolean> {
  const { site_id, id: form_id } = form
  const current = await tx
    .selectFrom('form_fields')
    .select(['handle', 'required'])
    .where('site_id', '=', site_id)
    .where('form_id', '=', form_id)
    .orderBy('position')
    .execute()
  if (
    JSON.stringify(current) === JSON.stringify(inputs.map(({ handle, required }) => ({ handle, required })))
  )
    return false
  await tx
    .deleteFrom('form_fields')
    .where('site_id', '=', site_id)
    .where('form_id', '=', form_id)
    .where(
      'handle',
      'not in',
      inputs.map(({ handle }) => handle),
    )
    .execute()
  const rows = inputs.map(({ handle, required }, position) => ({
    ...{ site_id, form_id, handle, required, position },
    ...{ created_at: now, updated_at: now },
  }))
  await tx
    .insertInto('form_fields')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['form_id', 'handle', 'site_id']).doUpdateSet((eb) => ({
        required: eb.ref('excluded.required'),
        position: eb.ref('excluded.position'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    )
    .execute()
  return true
}
