import { Type } from 'typebox'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import { readName } from '../platform/text/names.ts'
import { assertTemplate, TemplateError } from './render.ts'
import { type EmailKind, type EmailTemplate, templateFields, templateKinds } from './templates/index.ts'
import { samplesOf } from './templates/samples.ts'

export type OwnWords = { [Field in keyof EmailTemplate]?: string | null }

export interface TemplateAttributes {
  /** Only those of automations have one; undefined: not given. */
  name: string | undefined
  words: OwnWords
  /** Names of attributes that a template does not have. */
  ignored: string[]
}

const LONGEST_NAME = 200
/** What an e-mail cannot do without; those of automations have no default for the first two. */
const NEEDED: readonly string[] = ['subject', 'body', 'text']

const Field = Type.Optional(
  Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Liquid; null for the default' }),
)

/** The attributes of a template that can be changed. */
export const TemplateAttributesSchema = Type.Object({
  name: Type.Optional(
    Type.String({
      maxLength: LONGEST_NAME,
      description: 'Of the kind `automation` only',
      examples: ['Welcome'],
    }),
  ),
  ...Object.fromEntries(templateFields.map((field) => [field, Field])),
})

/** Those of one that is new. */
export const NewTemplateAttributes = Type.Object({
  kind: Type.Union(
    templateKinds.map((kind) => Type.Literal(kind)),
    { examples: ['automation'] },
  ),
  ...TemplateAttributesSchema.properties,
})

/** @throws ApiError 422 */
export function parseKind(value: unknown): EmailKind {
  const kind = templateKinds.find((known) => known === value)
  if (kind) return kind
  const pointer = value === undefined ? '/data/attributes' : pointerTo('kind')
  throw unprocessable('invalid', `kind must be one of ${templateKinds.join(', ')}`, pointer)
}

/**
 * Reads what a request says of a template, and tries every field of it.
 *
 * @throws ApiError 422 that points at the attribute and, for an error in a template, contains line and column
 */
export function parseTemplateAttributes(kind: EmailKind, given: Record<string, unknown>): TemplateAttributes {
  const words: OwnWords = {}
  const ignored: string[] = []
  let name: string | undefined
  for (const [attribute, value] of Object.entries(given)) {
    if (isField(attribute)) words[attribute] = parseField(kind, attribute, value)
    else if (attribute === 'name' && kind === 'automation') name = parseName(value)
    else if (attribute !== 'kind') ignored.push(attribute)
  }
  return { name, words, ignored }
}

/** @throws ApiError 422 when a new template of an automation lacks what it needs */
export function assertComplete({ name, words }: TemplateAttributes): void {
  for (const [attribute, value] of Object.entries({ name, subject: words.subject, body: words.body })) {
    if (value === undefined) throw unprocessable('blank', `${attribute} can't be blank`, '/data/attributes')
  }
}

const isField = (name: string): name is keyof EmailTemplate => (templateFields as string[]).includes(name)

const pointerTo = (name: string) => `/data/attributes/${name}`

function parseName(value: unknown): string {
  const name = typeof value === 'string' ? readName(value) : ''
  if (name === '') throw unprocessable('blank', "name can't be blank", pointerTo('name'))
  if (name.length <= LONGEST_NAME) return name
  throw unprocessable('too_long', `name is too long (at most ${LONGEST_NAME} characters)`, pointerTo('name'))
}

function parseField(kind: EmailKind, field: keyof EmailTemplate, value: unknown): string | null {
  const pointer = pointerTo(field)
  if (value !== null && typeof value !== 'string') {
    throw unprocessable('invalid', `${field} must be a string, or null for the default`, pointer)
  }
  const hasDefault = kind !== 'automation' || field === 'text' || !NEEDED.includes(field)
  if (value === null ? !hasDefault : NEEDED.includes(field) && value.trim() === '') {
    throw unprocessable('blank', `${field} can't be blank`, pointer)
  }
  if (value !== null) tryField(kind, field, value)
  return value
}

function tryField(kind: EmailKind, field: keyof EmailTemplate, value: string): void {
  try {
    assertTemplate({ [field]: value }, samplesOf(kind))
  } catch (error) {
    throw error instanceof TemplateError ? invalidTemplate(error) : error
  }
}

/** What is wrong with a template, and where. */
export const invalidTemplate = ({ field, message }: TemplateError) =>
  unprocessable('invalid_template', message, pointerTo(field))
