/** What whoever imports a file chooses, as forms and documents have it. */
import { Type } from 'typebox'
import { IMPORT_KINDS } from '../platform/auth/permissions.ts'
import { ApiError, badRequest, unprocessable } from '../platform/jsonapi/errors.ts'
import { parseBoolean } from '../platform/jsonapi/field-types.ts'
import { isId } from '../platform/jsonapi/identifiers.ts'
import { isObject } from '../platform/jsonapi/is-object.ts'
import type { ImportKind, ImportSettings } from './import-kind.ts'
import { importKinds, isKind } from './kinds.ts'

const ORDERS = ['month_first', 'day_first'] as const

const describe = {
  map: 'Fields by column, such as `{"Correo": "email", "Color": "new", "Internal note": null}`: those of `GET /v1/imports/kinds`; null leaves a column out, and `new` creates a custom field with the title of the column',
  notify:
    'E-mails, automations and webhooks follow. Otherwise the import changes data, and nothing else happens',
  subscribe: 'Contacts that are created take marketing e-mails, unless the file says otherwise',
  date_order: 'How to read days such as `3/12/25`, which spreadsheets write',
  form_id: 'Of submissions that do not name their form',
}

/** The fields of a form, without the file. */
export const ImportFields = {
  kind: { type: 'string', enum: IMPORT_KINDS, description: 'What the rows of the file are' },
  site_id: { type: 'string', examples: [], description: 'Optional for accounts with a single site' },
  map: { type: 'string', examples: [], description: `${describe.map}, as JSON` },
  dry_run: {
    type: 'string',
    enum: ['true', 'false'],
    examples: ['true'],
    description: 'Change nothing, and say what would be changed',
  },
  hold: { type: 'string', enum: ['true', 'false'], examples: [], description: 'Wait until it is started' },
  notify: { type: 'string', enum: ['true', 'false'], examples: [], description: describe.notify },
  subscribe: { type: 'string', enum: ['true', 'false'], examples: [], description: describe.subscribe },
  date_order: { type: 'string', enum: ORDERS, examples: [], description: describe.date_order },
  form_id: { type: 'string', examples: [], description: describe.form_id },
}

export interface ImportForm {
  kind: ImportKind
  siteId: string | undefined
  map: Record<string, string | null>
  isDryRun: boolean
  isHeld: boolean
  settings: ImportSettings
}

export const DEFAULT_SETTINGS: ImportSettings = {
  notify: false,
  subscribe: false,
  date_order: 'month_first',
  form_id: null,
}

/** Reads the fields of a form. @throws ApiError 400 */
export function readImportForm(fields: Record<string, string>): ImportForm {
  const { kind = '', site_id, map = '{}', dry_run, hold, notify, subscribe, date_order, form_id } = fields
  if (!Object.hasOwn(fields, 'kind'))
    throw badRequest('missing_kind', 'The form has no field kind before the file. Send it before the file.')
  if (!isKind(kind)) throw badRequest('invalid_kind', `kind must be one of ${IMPORT_KINDS.join(', ')}.`)
  return {
    kind: importKinds[kind],
    siteId: site_id,
    map: readMap(map),
    isDryRun: readFlag('dry_run', dry_run),
    isHeld: readFlag('hold', hold),
    settings: {
      notify: readFlag('notify', notify),
      subscribe: readFlag('subscribe', subscribe),
      date_order: readOrder(date_order),
      form_id: readFormId(form_id),
    },
  }
}

function readFlag(name: string, given = 'false'): boolean {
  try {
    return parseBoolean(given)
  } catch (error) {
    throw badRequest('invalid_field', `${name} ${(error as Error).message}.`)
  }
}

function readMap(json: string): Record<string, string | null> {
  let map: unknown
  try {
    map = JSON.parse(json)
  } catch {
    map = null
  }
  if (isMap(map)) return map
  throw badRequest('invalid_map', 'map must be a JSON object with the names of columns and fields.')
}

const isMap = (value: unknown): value is Record<string, string | null> =>
  isObject(value) && Object.values(value).every((field) => field === null || typeof field === 'string')

function readOrder(given: string = DEFAULT_SETTINGS.date_order): ImportSettings['date_order'] {
  const order = ORDERS.find((one) => one === given)
  if (order) return order
  throw badRequest('invalid_date_order', `date_order must be one of ${ORDERS.join(', ')}.`)
}

function readFormId(given = ''): string | null {
  if (given === '' || isId(given)) return given || null
  throw badRequest('invalid_form_id', 'form_id must be an id, for example 7.')
}

/** What can be changed of an import that waits. */
export const ImportChanges = Type.Object({
  map: Type.Optional(
    Type.Unsafe<Record<string, string | null>>({
      type: 'object',
      additionalProperties: { type: ['string', 'null'] },
      examples: [{ Email: 'email' }],
      description: describe.map,
    }),
  ),
  settings: Type.Optional(
    Type.Object({
      notify: Type.Optional(Type.Boolean({ description: describe.notify })),
      subscribe: Type.Optional(Type.Boolean({ description: describe.subscribe })),
      date_order: Type.Optional(Type.Unsafe<string>({ enum: ORDERS, description: describe.date_order })),
      form_id: Type.Optional(
        Type.Unsafe<string | null>({
          type: ['string', 'null'],
          examples: [null],
          description: describe.form_id,
        }),
      ),
    }),
  ),
})

/** Reads what is to be changed of an import. @throws ApiError 422 that points at the attribute */
export function readImportChanges({ map = {}, settings = {} }: Record<string, unknown>): {
  map: Record<string, string | null>
  settings: Partial<ImportSettings>
} {
  if (!isMap(map)) throw invalid('map', 'must be an object with the names of columns and fields')
  if (!isObject(settings)) throw invalid('settings', 'must be an object')
  return { map, settings: Object.fromEntries(Object.entries(settings).map(readSetting)) }
}

function readSetting([name, value]: [string, unknown]): [string, unknown] {
  const member = `settings/${name}`
  try {
    switch (name) {
      case 'notify':
      case 'subscribe':
        if (typeof value !== 'boolean') throw invalid(member, 'must be true or false')
        return [name, value]
      case 'date_order':
        return [name, readOrder(String(value))]
      case 'form_id':
        return [name, readFormId(value === null ? '' : String(value))]
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 400)
      throw unprocessable('invalid', error.message, `/data/attributes/${member}`)
    throw error
  }
  throw invalid(member, `is not known. Use ${Object.keys(DEFAULT_SETTINGS).join(', ')}`)
}

const invalid = (name: string, problem: string) =>
  unprocessable('invalid', `${name.split('/').at(-1)} ${problem}`, `/data/attributes/${name}`)
