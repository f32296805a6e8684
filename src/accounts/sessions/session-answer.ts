import { Type } from 'typebox'
import { sessionCookie } from '../../platform/http/credentials.ts'
import type { Answer, Context } from '../../platform/http/route.ts'
import type { Device } from '../token-families.ts'
import type { Session } from './start-session.ts'

/** The document of a session that has just started. */
export const SessionDocument = Type.Object({
  data: Type.Object({
    type: Type.Literal('sessions'),
    id: Type.String(),
    attributes: Type.Object({ expires_at: Type.String({ format: 'date-time' }) }),
    relationships: Type.Object({
      user: Type.Object({ data: Type.Object({ type: Type.Literal('users'), id: Type.String() }) }),
    }),
  }),
})

/** The answer that starts a session in the browser: with its cookie. */
export const sessionAnswer = (
  { id, token, seconds, userId, expiresAt }: Session,
  baseUrl: string,
): Answer => ({
  status: 201,
  body: {
    data: {
      type: 'sessions',
      id,
      attributes: { expires_at: expiresAt.toISOString() },
      relationships: { user: { data: { type: 'users', id: userId } } },
    },
  },
  headers: {
    'set-cookie': sessionCookie(token, seconds, baseUrl),
    'cache-control': 'no-store',
    // Where it is ended.
    location: `${baseUrl}/v1/sessions/${id}`,
  },
})

const LONGEST_BROWSER = 300

/** From where a request comes, as a user sees it in the list of their sessions. */
export function deviceOf({ source, headers }: Pick<Context, 'source' | 'headers'>): Device {
  const browser = String(headers['user-agent'] ?? '')
    .replace(/[^ -~]/g, ' ')
    .trim()
  return { source, browser: browser === '' ? null : browser.slice(0, LONGEST_BROWSER) }
}
