import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import { tellStory } from './timeline.ts'
import { Story } from './timeline-schema.ts'

const story = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/grants/{id}/story',
  access: 'view:grants',
  summary: 'Tell the story of a grant',
  description:
    'Who or what caused it, and everything it caused: e-mails, runs of automations with their steps, webhook deliveries and further grants, each with state and time. What it says of e-mails and webhooks is that they are, not what is in them.',
  tag: 'grants',
  extension: true,
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('grant_stories'),
        id: Type.String({ description: 'Of the grant' }),
        attributes: Story,
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  async handler({ db, params, scope }) {
    const id = params.id!
    const attributes = await tellStory(db, id, scope)
    return {
      body: {
        data: { type: 'grant_stories', id, attributes },
        links: { self: `${scope.baseUrl}/v1/grants/${id}/story` },
      },
    }
  },
})

export const storyRoutes: Route[] = [story]
