/** The texts of the portal are the same in both languages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ACTION_NAMES, WAIT_UNITS } from '../src/automations/actions.ts'
import { REASONS } from '../src/automations/explain-occurrences.ts'
import { STOP_REASONS } from '../src/automations/run.ts'
import { TRIGGER_EVENTS } from '../src/automations/triggers.ts'
import { bulkKinds } from '../src/bulk/kinds.ts'
import { emailKinds } from '../src/emails/templates/index.ts'
import { GRANT_SOURCES } from '../src/grants/grants.resource.ts'
import { merging } from '../src/merging.ts'
import { conditionFilters } from '../src/people/contacts/contact-filters.ts'
import { isRecorded } from '../src/people/contacts/filters/found-values.ts'
import { SEGMENT_FILTERS } from '../src/people/contacts/filters/segment-filters.ts'
import { permissionsOf } from '../src/platform/auth/permissions.ts'
import { eventTypes } from '../src/platform/events/events.ts'
import { resources } from '../src/resources.ts'
import { hookEvents } from '../src/webhooks/hook-events.ts'
import { FIELDS } from '../web/pages/contacts/filters/fields.ts'
import { EVENT_NAMES } from '../web/texts/event-names.ts'

const read = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../web/texts', file), 'utf8'))

/** Of what can be seen or changed, the resource; of a single act, the act. */
const permissionKey = (permission: string): string =>
  /^(view|manage):/.test(permission) ? `resource.${permission.split(':')[1]}` : `permission.${permission}`

/** The number may be left out where it is one. */
const placeholders = (key: string, text: string): string =>
  [...new Set(text.match(/\{\w+\}/g))]
    .filter((name) => !(key.endsWith('.one') && name === '{n}'))
    .sort()
    .join()

test.each([
  ['en.json', 'es.json'],
  ['sales-en.json', 'sales-es.json'],
  ['imports-en.json', 'imports-es.json'],
])('%s and %s have the same keys in the same order, and the same placeholders', (english, spanish) => {
  const [en, es] = [read(english), read(spanish)]
  expect(Object.keys(es)).toEqual(Object.keys(en))
  const differing = Object.keys(en).filter(
    (key) => placeholders(key, en[key]!) !== placeholders(key, es[key]!),
  )
  expect(differing).toEqual([])
})

test('what the API gives as a permission, a reason, an event or a kind of e-mail has a text', () => {
  const keys = new Set(Object.keys(read('en.json')))
  const needed = [
    ...REASONS.map((reason) => `whyNot.${reason}`),
    ...['disabled', 'other_resource', 'conditions_not_met'].map((reason) => `testReason.${reason}`),
    ...STOP_REASONS.map((reason) => `runReason.${reason}`),
    ...['unchanged', 'offer_archived', 'email_taken', 'hook_disabled'].map(
      (reason) => `skipReason.${reason}`,
    ),
    ...['already_granted', 'not_held', 'already_tagged', 'not_tagged'].map(
      (reason) => `counted.not.${reason}.other`,
    ),
    ...['declined', 'off_on_site', 'already_customer'].map((reason) => `counted.noEmail.${reason}.other`),
    ...['sent', 'kept'].map((status) => `counted.email.${status}.other`),
    ...eventTypes.flatMap((event) => [`event.${event}`, `eventName.${event}`]),
    ...TRIGGER_EVENTS.map((event) => `eventName.${event}`),
    ...hookEvents.map((event) => `hook.${event}`),
    ...permissionsOf(resources).map(permissionKey),
    ...['done', 'skipped', 'failed'].map((state) => `testState.${state}`),
    ...ACTION_NAMES.map((action) => `action.${action}`),
    ...WAIT_UNITS.flatMap((unit) => [`choice.${unit}.one`, `choice.${unit}.other`]),
    ...GRANT_SOURCES.map((source) => `source.${source}`),
    ...emailKinds.map((kind) => `email.${kind}`),
    ...merging.map(({ name }) => `merge.moved.${name}`),
    ...Object.values(bulkKinds).flatMap(({ outcomes }) => outcomes.map((outcome) => `bulk.row.${outcome}`)),
  ]
  expect(needed.filter((key) => !keys.has(key))).toEqual([])
})

test('the filter of the activity offers every event of the log', () => {
  expect(EVENT_NAMES.toSorted()).toEqual(eventTypes.toSorted())
})

test('the Spanish texts address the reader with tú', () => {
  // Only at the start of a sentence: elsewhere most of these are subjunctives of a third person.
  const imperative =
    /(?:^|[.:;!?]\s)[¿¡]?(?:pegue|pruebe|elija|añada|guarde|copie|devuelva|conecte|escriba|introduzca|seleccione|confirme|compruebe|revise|reenvíe|envíe|termine|haga|vaya|abra|cree|use|cambie|indique|inicie|active|espere|cancele|quite|repita|pida)\b/i
  const polite =
    /\b(?:ustede?s?|(?:cópie|pégue|cancéle|enláce|termíne|guárde|añáda|pruébe|revíse|cámbie|envíe|reenvíe|elíja|ábra|úse)(?:l[ao]s?|me|nos)|devuélva(?:l[ao]s?|me))\b|\b(?:de|en|desde|a) su (?:cuenta (?:de Stripe|bancaria)|sitio web|negocio)\b/i
  const texts = ['es.json', 'sales-es.json', 'imports-es.json'].flatMap((file) => Object.entries(read(file)))
  expect(texts.filter(([, text]) => imperative.test(text) || polite.test(text))).toEqual([])
})

test('the filter builder offers each filter that Bestow records, except those whose sense another one has', () => {
  const offered = FIELDS.flatMap(({ operators }) => operators.map(({ filter }) => filter))
  const recorded = Object.keys({ ...conditionFilters, ...SEGMENT_FILTERS }).filter(isRecorded)
  expect(offered.filter((filter) => !recorded.includes(filter))).toEqual([])
  expect(recorded.filter((filter) => !offered.includes(filter)).sort()).toEqual([
    'created_at_gt',
    'created_at_lteq',
    'email_eq',
    'external_user_id_eq',
    'external_user_id_in',
    'external_user_id_not_in',
    'has_all_tag_id',
    'id_eq',
    'id_gt',
    'id_gteq',
    'id_lt',
    'id_lteq',
    'never_subscribed',
    'search',
    'updated_at_gt',
    'updated_at_lteq',
  ])
})
