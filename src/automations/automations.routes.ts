import { Type } from 'typebox'
import { readChanges } from '../platform/http/changes.ts'
import {
  ChangedDocument,
  checkNewDocument,
  ignoredAttributes,
  NewDocument,
} from '../platform/http/documents.ts'
import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../platform/http/route.ts'
import { siteOf } from '../platform/http/site-of.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { assertCanRun } from './assert-can-run.ts'
import { automationRunRoutes } from './automation-runs.routes.ts'
import { automations } from './automations.resource.ts'
import { AutomationAttributes, parseAutomationChanges, parseNewAutomation } from './parse-automation.ts'
import { changeAutomation, createAutomation, deleteAutomation, lockAutomation } from './save-automation.ts'
import { NEVER_HAPPENS, type TriggerEvent } from './triggers.ts'

const create = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/automations',
  access: 'manage:automations',
  summary: 'Create an automation',
  description:
    'Enabled unless `enabled` is false. Everything it refers to must exist on the site. Requires the permissions for its trigger and actions. The site is optional for accounts with a single site.',
  tag: 'automations',
  extension: true,
  shows: automations,
  query: singleParameters(automations),
  body: NewDocument('automations', AutomationAttributes),
  responses: { 201: singleSchema(automations) },
  errors: [404, 422],
  async handler(context) {
    const { tx, body, caller, scope } = context
    checkNewDocument(context)
    const attributes = parseNewAutomation(withoutReadOnly(context, body.data.attributes))
    assertCanRun(caller, attributes.definition, attributes.definition)
    warnOfSilence(context, attributes.definition.trigger)
    const id = await createAutomation(tx, siteOf(context), attributes, scope.now)
    return {
      status: 201,
      body: await showOne(context, automations, id),
      headers: { location: `${scope.baseUrl}/v1/automations/${id}` },
    }
  },
})

const update = route({
  kind: 'write',
  method: 'PATCH',
  url: '/v1/automations/{id}',
  access: 'manage:automations',
  summary: 'Change, enable or disable an automation',
  description:
    'Omitted attributes are left unchanged. Active runs keep the version they started with; those of a disabled automation stop before their next step. Requires the permissions for its trigger and actions, except to rename or disable it.',
  tag: 'automations',
  extension: true,
  shows: automations,
  query: singleParameters(automations),
  body: ChangedDocument('automations', AutomationAttributes),
  responses: { 200: singleSchema(automations) },
  errors: [422],
  async handler(context) {
    const { tx, params, caller, scope } = context
    const automation = await lockAutomation(tx, caller.siteIds, params.id!)
    const changes = await readChanges(context, automations)
    const attributes = parseAutomationChanges(withoutReadOnly(context, changes.attributes))
    const definition = await changeAutomation(tx, automation, attributes, scope.now)
    if (attributes.enabled || Object.keys(attributes.definition).length > 0) {
      assertCanRun(caller, definition, attributes.definition)
      warnOfSilence(context, definition.trigger)
    }
    return { body: await showOne(context, automations, automation.id) }
  },
})

const destroy = route({
  kind: 'write',
  method: 'DELETE',
  url: '/v1/automations/{id}',
  access: 'manage:automations',
  summary: 'Delete an automation',
  description: 'Waiting runs end at once, with the reason `automation_deleted`. All runs are kept.',
  tag: 'automations',
  extension: true,
  responses: { 200: Type.Object({ data: Type.Object({}) }) },
  async handler({ tx, caller, params, scope }) {
    await deleteAutomation(tx, caller.siteIds, params.id!, scope.now)
    return { body: { data: {} } }
  },
})

const READ_ONLY = ['version', 'created_at', 'updated_at']

/** Ignores what is shown of an automation and cannot be set. What is not known at all is refused by its parser. */
function withoutReadOnly({ ignore }: WriteContext, attributes: Record<string, unknown>) {
  ignore(ignoredAttributes(attributes, READ_ONLY))
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !READ_ONLY.includes(name)))
}

/** Warns about triggers that cannot occur. */
function warnOfSilence({ warn }: WriteContext, trigger: TriggerEvent): void {
  const reason = NEVER_HAPPENS[trigger]
  if (reason)
    warn(`The trigger ${trigger} cannot occur yet: ${reason}. The automation will not start any runs.`)
}

export const automationRoutes: Route[] = [
  listRoute(automations, { extension: true }),
  create,
  showRoute(automations, { extension: true }),
  update,
  destroy,
  ...automationRunRoutes,
]
