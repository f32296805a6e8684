/** The HTML of a form, for a web page elsewhere. */

import { siteUrl } from '../links/member-links.ts'
import type { Db } from '../platform/db/database.ts'
import { type Language, languageOf } from '../platform/text/languages.ts'
import { type Form, type FormField, findFields } from './find-form.ts'
import { formUrl } from './form-address.ts'
import { HONEYPOT } from './honeypot.ts'

export interface Snippet {
  html: string
  page_url: string
  action_url: string
}

const TEXTS: Record<Language, { submit: string; leaveEmpty: string; choose: string }> = {
  en: { submit: 'Submit', leaveEmpty: 'Leave this field empty', choose: 'Please choose' },
  es: { submit: 'Enviar', leaveEmpty: 'Deja este campo vacío', choose: 'Elige una opción' },
}

/** @param baseUrl address of the server, without a slash at the end */
export async function snippetOf(db: Db, form: Form, baseUrl: string): Promise<Snippet> {
  const site = await db
    .selectFrom('sites')
    .select(['subdomain', 'custom_domain', 'language'])
    .where('id', '=', form.site_id)
    .executeTakeFirstOrThrow()
  const language = languageOf(site.language)
  const fields = await findFields(db, form, language)
  const page_url = formUrl({ id: form.id, ...site }, baseUrl)
  const action_url = `${page_url}/form_submissions`
  const script = `${siteUrl({ publicUrl: baseUrl }, site)}/assets/form.js`
  return { html: htmlOf(fields, action_url, script, language), page_url, action_url }
}

function htmlOf(fields: FormField[], action: string, script: string, language: Language): string {
  const { submit, leaveEmpty } = TEXTS[language]
  return `<form action="${escapeHtml(action)}" method="post" accept-charset="utf-8" data-bestow-form>
${fields.map((field) => fieldOf(field, language)).join('\n')}
  <p hidden><label>${leaveEmpty} <input name="${HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>
  <p><button>${submit}</button></p>
</form>
<script src="${escapeHtml(script)}" defer></script>
`
}

function fieldOf(field: FormField, language: Language): string {
  const label = escapeHtml(field.title)
  if (field.type === 'CheckboxField') return `  <p><label>${control(field, language)} ${label}</label></p>`
  return `  <p><label>${label}<br>${control(field, language)}</label></p>`
}

const INPUT_TYPES: Record<string, string> = {
  EmailField: 'email',
  PhoneField: 'tel',
  MobilePhoneField: 'tel',
  CheckboxField: 'checkbox',
  DateField: 'date',
}

/** The type of the input of a field. A number is a text: browsers would drop what is none. */
export const inputTypeOf = (type: string): string => INPUT_TYPES[type] ?? 'text'

function control({ handle, type, required, options, autocomplete }: FormField, language: Language): string {
  const name = `name="${escapeHtml(handle)}"${required ? ' required' : ''}`
  if (type === 'TextAreaField') return `<textarea ${name} rows="5"></textarea>`
  if (options.length > 0) {
    const choices = options.map((option) => `<option>${escapeHtml(option)}</option>`)
    return `<select ${name}><option value="">${TEXTS[language].choose}</option>${choices.join('')}</select>`
  }
  const input = inputTypeOf(type)
  const filled = autocomplete ? ` autocomplete="${autocomplete}"` : ''
  return `<input ${name} type="${input}"${filled}${input === 'checkbox' ? ' value="true"' : ''}>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!)
