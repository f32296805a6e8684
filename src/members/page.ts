import type { FastifyReply } from 'fastify'
import type { Member } from './member.ts'
import type { Visit } from './visit.ts'

/** A page of a site, at a path below the site's base. */
export interface Page {
  method: 'GET' | 'POST'
  path: string
  /** Only for who is signed in; others are redirected to sign-in, and back afterwards. */
  isInside: boolean
  handler: (visit: Visit) => Promise<FastifyReply>
}

/** A page that anybody can open. */
export const page = (method: Page['method'], path: string, handler: Page['handler']): Page => ({
  method,
  path,
  isInside: false,
  handler,
})

/** A page for who is signed in. */
export const insidePage = (
  method: Page['method'],
  path: string,
  handler: (visit: Visit & { member: Member }) => Promise<FastifyReply>,
): Page => ({ method, path, isInside: true, handler: handler as Page['handler'] })
