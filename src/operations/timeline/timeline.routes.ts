import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import { readTimeline } from './timeline.ts'
import { Timeline } from './timeline-schema.ts'

const timeline = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/grants/{id}/timeline',
  access: 'view:grants',
  summary: 'Show the timeline of a grant',
  description:
    'Lists the causes of a grant and all its effects: e-mails, automation runs with their steps, webhook deliveries and further grants, each with status and time. Contents of e-mails and webhook bodies are not included.',
  tag: 'grants',
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('grant_timelines'),
        id: Type.String({ description: 'Id of the grant' }),
        attributes: Timeline,
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  async handler({ db, params, scope }) {
    const id = params.id!
    const attributes = await readTimeline(db, id, scope)
    return {
      body: {
        data: { type: 'grant_timelines', id, attributes },
        links: { self: `${scope.baseUrl}/v1/grants/${id}/timeline` },
      },
    }
  },
})

export const timelineRoutes: Route[] = [timeline]
