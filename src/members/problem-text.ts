/** What is wrong with a value of a form, in words for the person who entered it: each says what is expected. */
import type { FormField } from '../forms/find-form.ts'
import type { Problem } from '../forms/read-submission.ts'
import type { Language } from './texts/language.ts'
import { formatList, translate } from './texts/translate.ts'

/** Problems whose text is the same for fields of every type. */
const OF_EVERY_TYPE = ['blank', 'disposable_email', 'undeliverable_email', 'taken', 'not_grantable']

/** By type of the field. What has none here is a text, with which nothing but its length can be wrong. */
const EXPECTED: Record<string, string> = {
  EmailField: 'invalid_email',
  PhoneField: 'invalid_phone',
  MobilePhoneField: 'invalid_phone',
  NumberField: 'invalid_number',
  DateField: 'invalid_date',
  CheckboxField: 'invalid_checkbox',
  CountryField: 'invalid_country',
}

const LONGEST: Record<string, number> = { TextAreaField: 10_000 }
const LONGEST_OTHER = 1_000

/** @param fields of the form */
export function problemText(language: Language, { handle, code }: Problem, fields: FormField[]): string {
  const say = (key: string, placeholders?: object) =>
    translate(language, `form.error.${key}`, { ...placeholders })
  if (OF_EVERY_TYPE.includes(code)) return say(code)
  const { type = '', options = [] } = fields.find((field) => field.handle === handle) ?? {}
  if (code === 'too_long') return say('too_long', { longest: LONGEST[type] ?? LONGEST_OTHER })
  if (options.length > 0) return say('invalid_choice', { options: formatList(language, options) })
  return say(EXPECTED[type] ?? 'invalid')
}
