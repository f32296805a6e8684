import { listRoute, readSingleQuery, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../platform/http/route.ts'
import { singleDocument } from '../platform/jsonapi/document.ts'
import { loadOne } from '../platform/jsonapi/load.ts'
import type { ResourceQuery } from '../platform/jsonapi/query.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { assertCanRun } from './assert-can-run.ts'
import { automationRuns } from './automation-runs.resource.ts'
import { cancelRun, lockRun, retryRun } from './change-runs.ts'

const TAG = 'automation runs'

const cancel = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/automation_runs/{id}/cancel',
  access: 'manage:automations',
  summary: 'Cancel an automation run',
  description:
    'Stops an `active` run before its next step, with the status `stopped` and the reason `cancelled`. Finished steps are not undone. Returns 409 when the run has ended.',
  tag: TAG,
  extension: true,
  query: singleParameters(automationRuns),
  responses: { 200: singleSchema(automationRuns) },
  errors: [409],
  async handler(context) {
    const { tx, params, caller, scope } = context
    const query = readSingleQuery(automationRuns, context)
    const run = await lockRun(tx, caller.siteIds, params.id!)
    await cancelRun(tx, run, scope.now)
    return { body: await showRun(context, run.id, query) }
  },
})

const retry = route({
  kind: 'write',
  method: 'POST',
  url: '/v1/automation_runs/{id}/retry',
  access: 'manage:automations',
  summary: 'Retry an automation run',
  description:
    'Continues a run that failed, was cancelled or is waiting for a retry, at once and at its current step. Finished steps are not repeated, and the conditions are not evaluated again. Requires the permissions for the actions of the automation. Returns 409 for any other run, and when the automation is disabled or deleted or the contact is deleted.',
  tag: TAG,
  extension: true,
  query: singleParameters(automationRuns),
  responses: { 200: singleSchema(automationRuns) },
  errors: [409],
  async handler(context) {
    const { tx, params, caller, scope } = context
    const query = readSingleQuery(automationRuns, context)
    const run = await lockRun(tx, caller.siteIds, params.id!)
    assertCanRun(caller, run.definition)
    await retryRun(tx, run, scope.now)
    return { body: await showRun(context, run.id, query) }
  },
})

async function showRun({ tx, scope }: WriteContext, id: string, query: ResourceQuery) {
  return singleDocument(await loadOne(tx, automationRuns, id, query, scope), query, scope)
}

export const automationRunRoutes: Route[] = [
  listRoute(automationRuns, { extension: true }),
  showRoute(automationRuns, { extension: true }),
  cancel,
  retry,
]
