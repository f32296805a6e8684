import { Type } from 'typebox'
import { type Route, route } from '../platform/http/route.ts'
import { findOne } from '../platform/records/lock-one.ts'
import { ActionSchema } from './actions.ts'
import { automationRecords, Conditions } from './automations.resource.ts'
import { readVersions } from './read-versions.ts'
import { TriggerSchema } from './triggers.ts'

const Version = Type.Object({
  version: Type.Integer(),
  created_at: Type.String({ format: 'date-time' }),
  trigger: TriggerSchema,
  conditions: Conditions,
  actions: Type.Array(ActionSchema),
  active_runs: Type.Integer({ description: 'Runs in progress that follow this version' }),
})

const list = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/automations/{id}/versions',
  access: 'view:automations',
  summary: 'List the versions of an automation',
  description:
    'The newest first: the newest 100, and earlier ones that active runs follow. New runs follow the newest version; each run follows to its end the version with which it began.',
  tag: 'automations',
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('automation_histories'),
        id: Type.String({ description: 'Id of the automation' }),
        attributes: Type.Object({ versions: Type.Array(Version) }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  async handler({ db, params, caller, scope }) {
    const { id, site_id } = await findOne<{ id: string; site_id: string }>(
      db,
      automationRecords,
      caller.siteIds,
      params.id!,
    )
    const versions = await readVersions(db, site_id, id)
    return {
      body: {
        data: { type: 'automation_histories', id, attributes: { versions } },
        links: { self: `${scope.baseUrl}/v1/automations/${id}/versions` },
      },
    }
  },
})

export const automationVersionRoutes: Route[] = [list]
