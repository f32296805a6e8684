import { changeRoutes } from '../platform/http/change-route.ts'
import { listRoute, showRoute } from '../platform/http/resource-routes.ts'
import type { Route } from '../platform/http/route.ts'
import { assertCanRun } from './assert-can-run.ts'
import { automationRuns } from './automation-runs.resource.ts'
import { cancelRun, lockRun, retryRun } from './change-runs.ts'

const changeRoute = changeRoutes(automationRuns, lockRun)

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
