import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import { siteInPath } from '../../platform/http/site-of.ts'
import { badRequest } from '../../platform/jsonapi/errors.ts'
import { readFigures } from './read-figures.ts'

const MOST_DAYS = 366
const USUAL_DAYS = 30

const Day = Type.Object({
  day: Type.String({ description: 'In the time zone of the site', examples: ['2026-01-31'] }),
  grants: Type.Integer({ description: 'Grants that were made on that day' }),
  active_members: Type.Integer({
    description:
      'Customers who had access to something, by a grant or a purchase, at the end of that day; of today: who have it now',
  }),
})

const figures = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/sites/{id}/figures',
  access: 'view:grants',
  summary: 'Show the figures of a site by day',
  description:
    'Grants and active members for each of the last days, the oldest first. Days begin and end in the time zone of the site.',
  tag: 'sites',
  query: Type.Object({
    days: Type.Optional(
      Type.String({ description: `Number of days, today included: 1 to ${MOST_DAYS}`, default: '30' }),
    ),
  }),
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('site_figures'),
        id: Type.String({ description: 'Id of the site' }),
        attributes: Type.Object({
          time_zone: Type.String({ examples: ['Europe/Madrid'] }),
          days: Type.Array(Day),
        }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  async handler({ db, query, scope, ...context }) {
    const id = siteInPath(context)
    const days = readDays(query.days)
    const attributes = await readFigures(db, id, days, scope.now)
    const self = `${scope.baseUrl}/v1/sites/${id}/figures?days=${days}`
    return { body: { data: { type: 'site_figures', id, attributes }, links: { self } } }
  },
})

function readDays(given: unknown): number {
  if (given === undefined) return USUAL_DAYS
  const days = /^\d{1,3}$/.test(String(given)) ? Number(given) : 0
  if (days >= 1 && days <= MOST_DAYS) return days
  const parameter = 'days'
  throw badRequest('invalid_parameter', `days must be a whole number from 1 to ${MOST_DAYS}.`, { parameter })
}

export const figureRoutes: Route[] = [figures]
