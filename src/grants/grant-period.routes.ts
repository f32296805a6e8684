import { type TUnsafe, Type } from 'typebox'
import { originOf } from '../people/contacts/origin-of.ts'
import { readChanges } from '../platform/http/changes.ts'
import { Attributes, Id, ignoredAttribute } from '../platform/http/documents.ts'
import { type DryRuns, dryRunParameter, withDryRunMeta } from '../platform/http/dry-run.ts'
import { showOne } from '../platform/http/resource-routes.ts'
import { type Route, route } from '../platform/http/route.ts'
import { component } from '../platform/jsonapi/documented.ts'
import { readAttributes, type Values, writableSchema } from '../platform/jsonapi/read-attributes.ts'
import { singleParameters, singleSchema } from '../platform/jsonapi/schemas.ts'
import { resolveDays } from '../platform/records/resolve-days.ts'
import { changePeriod, lockGrant, type Period } from './change-period.ts'
import { grants } from './grants.resource.ts'

const ChangedGrant = component(
  'ChangedGrant',
  Type.Object({
    data: Type.Object({
      type: Type.Literal('grants'),
      id: Type.Optional(Id),
      attributes: Type.Optional(Attributes(writableSchema(grants, false))),
    }),
  }),
) as unknown as TUnsafe<{ data: { attributes?: Values } }>

const update = (dryRuns: DryRuns) =>
  route({
    kind: 'write',
    method: 'PATCH',
    url: '/v1/grants/{id}',
    records: ['access_extended', 'access_changed', 'access_expired'],
    access: 'manage:grants',
    summary: 'Change the access period of a grant',
    description:
      'Sets when access begins and ends; an `expires_at` of null removes the end. A day such as `2027-01-31` is one in the time zone of the site: access begins with it, or ends with its end. Billing is never changed. A grant that has ended cannot be changed (409): grant the offer again.',
    tag: 'grants',
    shows: grants,
    dryRuns,
    query: Type.Object({ ...singleParameters(grants).properties, ...dryRunParameter }),
    body: ChangedGrant,
    responses: { 200: withDryRunMeta(singleSchema(grants), dryRuns) },
    async handler(context) {
      const { tx, params, caller, scope, ignore } = context
      const grant = await lockGrant(tx, caller.siteIds, params.id!, scope.now)
      const changes = await readChanges(context, grants)
      const { values, ignored } = readAttributes(grants, changes.attributes, false)
      ignore(ignored.map(ignoredAttribute))
      const period = await resolveDays(tx, grant.site_id, values, { starts_at: 'start', expires_at: 'end' })
      await changePeriod(tx, grant, period as Period, originOf(context))
      return { body: await showOne(context, grants, grant.id) }
    },
  })

export const grantPeriodRoutes = (dryRuns: DryRuns): Route[] => [update(dryRuns)]
