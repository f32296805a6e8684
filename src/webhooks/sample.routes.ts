import { Type } from 'typebox'
import { type Route, route } from '../platform/http/route.ts'
import { type HookEvent, kajabiEvents } from './hook-events.ts'
import { samplePayload } from './samples.ts'

const Payload = Type.Array(
  Type.Object({
    id: Type.String(),
    type: Type.String(),
    attributes: Type.Record(Type.String(), Type.Any()),
    relationships: Type.Record(Type.String(), Type.Any()),
    links: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
)

/** `GET /v1/hooks/<event>_sample` */
const sampleRoute = (event: HookEvent): Route =>
  route({
    kind: 'read',
    method: 'GET',
    url: `/v1/hooks/${event}_sample`,
    access: 'view:hooks',
    summary: `Sample of the event ${event}`,
    description: 'The `payload` of the request body: sample resources, the primary one first.',
    tag: 'hooks',
    responses: { 200: Payload },
    handler: async ({ baseUrl }) => ({ body: samplePayload(event, baseUrl) }),
  })

/** Of the events that Kajabi has; a test event shows any other. */
export const sampleRoutes: Route[] = kajabiEvents.map(sampleRoute)
