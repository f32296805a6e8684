import { Type } from 'typebox'
import { renewSession } from '../../accounts/sessions/renew-session.ts'
import type { App } from '../../platform/app.ts'
import { MovableClock, parseDuration } from '../../platform/clock/clock.ts'
import { type Route, route } from '../../platform/http/route.ts'
import { ApiError, unprocessable } from '../../platform/jsonapi/errors.ts'

/** What moves the clock: src/worker/advance-clock.ts, which knows every background task. */
export interface ClockMoving {
  advance: (app: App, milliseconds: number) => Promise<void>
  countExpiring: (
    app: App,
    milliseconds: number,
  ) => Promise<{ access_tokens: number; refresh_tokens: number; sessions: number; links: number }>
}

/** `POST /v1/server/advance_clock`, in development. */
export const advanceClockRoute = ({ advance, countExpiring }: ClockMoving): Route =>
  route({
    kind: 'read',
    method: 'POST',
    url: '/v1/server/advance_clock',
    access: 'configure:sites',
    summary: 'Move the clock ahead',
    description:
      'In development only (403 `development_only`), for all accounts of the server. Runs everything that becomes due, in order, and answers when it is done. `duration` is a number with s, m, h, d or w, as in `36h` or `1d12h`. Time never goes back. `expired` counts what has expired; the session of the request stays.',
    tag: 'server',
    body: Type.Object({ meta: Type.Object({ duration: Type.String({ examples: ['1m'] }) }) }),
    responses: {
      200: Type.Object({
        meta: Type.Object({
          time: Type.String({ format: 'date-time' }),
          expired: Type.Object({
            access_tokens: Type.Integer(),
            refresh_tokens: Type.Integer(),
            sessions: Type.Integer({ description: 'Of members' }),
            links: Type.Integer(),
          }),
        }),
      }),
    },
    sends: ['Set-Cookie'],
    errors: [422],
    async handler({ app, caller, body, baseUrl }) {
      if (!(app.clock instanceof MovableClock))
        throw new ApiError(403, 'development_only', 'The clock can be moved in development only.')
      const milliseconds = readDuration(body.meta.duration)
      const expired = await countExpiring(app, milliseconds)
      const cookieOf = await renewSession(app, caller, new Date(app.clock.now().getTime() + milliseconds))
      await advance(app, milliseconds)
      const cookie = await cookieOf(baseUrl)
      return {
        body: { meta: { time: app.clock.now().toISOString(), expired } },
        ...(cookie && { headers: { 'set-cookie': cookie } }),
      }
    },
  })

function readDuration(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw unprocessable('invalid', (error as Error).message, '/meta/duration')
  }
}
