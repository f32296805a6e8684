import { Type } from 'typebox'
import { allCustomFieldsOf, customFieldsOf } from '../people/custom-fields/find-fields.ts'
import { sampleValue } from '../people/custom-fields/value-types.ts'
import type { Db, Tx } from '../platform/db/database.ts'
import { unprocessable } from '../platform/jsonapi/errors.ts'
import type { Field } from '../platform/jsonapi/fields.ts'
import { blankAttribute, type Values } from '../platform/jsonapi/read-attributes.ts'
import { MAX_TEMPLATE_CHARS } from './liquid.ts'
import { assertTemplate, TemplateError } from './render.ts'
import type { EmailData } from './templates/data.ts'
import { type EmailKind, type EmailTemplate, templateFields } from './templates/index.ts'
import { samplesOf } from './templates/samples.ts'

export type OwnWords = { [Field in keyof EmailTemplate]?: string | null }

/** A field of a template; an empty one says nothing, and null the default. */
export const liquidField: Field = {
  schema: Type.String({ maxLength: MAX_TEMPLATE_CHARS, description: 'Liquid; null for the default' }),
  form: 'a string, or null for the default',
  keepsEmpty: true,
  read: (value) => (typeof value === 'string' ? value : undefined),
}

/** What an e-mail cannot do without; those of automations have no default for the first two. */
const NEEDED: readonly string[] = ['subject', 'body', 'text']

/** Of the values of a template those that are its text. */
export const wordsIn = (values: Values): OwnWords =>
  Object.fromEntries(
    templateFields.filter((field) => values[field] !== undefined).map((field) => [field, values[field]]),
  )

/**
 * A value for each custom field of a site, with which its templates are tried.
 *
 * @param which `all` with those that are archived: a saved template may name one that was archived since
 */
export async function customSamples(
  db: Db | Tx,
  siteId: string,
  which: 'active' | 'all' = 'active',
): Promise<Record<string, string>> {
  const fields = await (which === 'active' ? customFieldsOf : allCustomFieldsOf)(db, [siteId])
  return Object.fromEntries(fields.map((field) => [field.handle, sampleValue(field)]))
}

/**
 * Tries every field of a template with sample data.
 *
 * @param custom see customSamples()
 * @throws ApiError 422 that points at the attribute and, for an error in a template, contains line and column
 */
export function assertWords(kind: EmailKind, words: OwnWords, custom: Record<string, string>): void {
  const samples = samplesOf(kind, custom)
  for (const field of Object.keys(words) as (keyof EmailTemplate)[])
    assertField(kind, field, words[field]!, samples)
}

function assertField(
  kind: EmailKind,
  field: keyof EmailTemplate,
  value: string | null,
  samples: EmailData[],
): void {
  const hasDefault = kind !== 'automation' || field === 'text' || !NEEDED.includes(field)
  if (value === null ? !hasDefault : NEEDED.includes(field) && value.trim() === '')
    throw blankAttribute(field)
  if (value === null) return
  try {
    assertTemplate({ [field]: value }, samples)
  } catch (error) {
    throw error instanceof TemplateError ? invalidTemplate(error) : error
  }
}

/** What is wrong with a template, and where. */
export const invalidTemplate = ({ field, message }: TemplateError) =>
  unprocessable('invalid_template', message, `/data/attributes/${field}`)
