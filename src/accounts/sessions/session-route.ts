import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { assertOwnPage } from '../../platform/http/credentials.ts'
import { type Context, type Route, route } from '../../platform/http/route.ts'
import type { Device } from '../token-families.ts'
import { deviceOf, SessionDocument, sessionAnswer } from './session-answer.ts'
import type { Session } from './start-session.ts'

interface SessionRoute<Attributes extends TObject> {
  url: string
  summary: string
  description: string
  tag: string
  /** Of the document in the request. */
  type: string
  attributes: Attributes
  /** @throws ApiError for attributes that start none */
  start: (
    app: Context['app'],
    attributes: Static<Attributes>,
    device: Device,
    baseUrl: string,
  ) => Promise<Session>
}

/** A request of a page of this server, without a token, that starts a session in the browser. */
export const sessionRoute = <Attributes extends TObject>({
  type,
  attributes,
  start,
  ...described
}: SessionRoute<Attributes>): Route =>
  route({
    kind: 'open',
    method: 'POST',
    access: 'public',
    ...described,
    body: Type.Object({ data: Type.Object({ type: Type.Literal(type), attributes }) }) as TSchema,
    responses: { 201: SessionDocument },
    sends: ['Set-Cookie'],
    errors: [401, 403, 409, 422, 503],
    async handler(context) {
      assertOwnPage(context.headers)
      const { data } = context.body as { data: { attributes: Static<Attributes> } }
      const { app, baseUrl } = context
      return sessionAnswer(await start(app, data.attributes, deviceOf(context), baseUrl), baseUrl)
    },
  })
