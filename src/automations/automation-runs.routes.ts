import { listRoute, showOne, showRoute } from '../platform/http/resource-routes.ts'
import { type Route, route, type WriteContext } from '../platform/http/route.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { assertCanRun } from './assert-can-run.ts'
import { automationRuns } from './automation-runs.resource.ts'
import { cancelRun, type LockedRun, lockRun, retryRun } from './change-runs.ts'

interface Change {
  summary: string
  description: string
  change: (context: WriteContext, run: LockedRun) => Promise<void>
}

/** `POST /v1/automation_runs/{id}/<verb>`: changes a run that is locked, and returns it. */
const changeRoute = (verb: string, { summary, description, change }: Change): Route =>
  route({
    kind: 'write',
    method: 'POST',
    url: `/v1/automation_runs/{id}/${verb}`,
    access: 'manage:automations',
    summary,
    description,
    tag: 'automation runs',
    shows: automationRuns,
    query: singleParameters(automationRuns),
    responses: { 200: singleSchema(automationRuns) },
    async handler(context) {
      const { tx, params, caller } = context
      const run = await lockRun(tx, caller.siteIds, params.id!)
      await change(context, run)
      return { body: await showOne(context, automationRuns, run.id) }
    },
  })

const cancel = changeRoute('cancel', {
  summary: 'Cancel an automation run',
  description:
    'Stops an `active` run before its next step, with the status `stopped` and the reason `cancelled`. Finished steps are not undone. Returns 409 when the run has ended.',
  change: ({ tx, scope }, run) => cancelRun(tx, run, scope.now),
})

const retry = changeRoute('retry', {
  summary: 'Retry an automation run',
  description:
    'Continues a run that failed, was cancelled or is waiting for a retry, at once and at its current step. Finished steps are not repeated, and the conditions are not evaluated again. Requires the permissions for the actions of the automation. Returns 409 for any other run, and when the automation is disabled or deleted or the contact is deleted.',
  async change({ tx, caller, scope }, run) {
    assertCanRun(caller, run.definition)
    await retryRun(tx, run, scope.now)
  },
})

export const automationRunRoutes: Route[] = [
  listRoute(automationRuns),
  showRoute(automationRuns),
  cancel,
  retry,
]
