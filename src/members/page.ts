import type { FastifyReply } from 'fastify'
import type { Member } from './member.ts'
import { paths } from './pages/paths.ts'
import type { Visit } from './visit.ts'

/** A page of a site, at a path below the site's base. */
export interface Page {
  method: 'GET' | 'POST' | 'OPTIONS'
  path: string
  /** It takes what pages of other websites send. */
  isOpen?: boolean
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

/** An address to which pages of other websites may send a form: nothing proves that it comes from ours. */
export const openPage = (method: Page['method'], path: string, handler: Page['handler']): Page => ({
  ...page(method, path, handler),
  isOpen: true,
})

/** A visit of somebody who is signed in. */
export type Inside = Visit & { member: Member }

/** A page for who is signed in. */
export const insidePage = (
  method: Page['method'],
  path: string,
  handler: (visit: Inside) => Promise<FastifyReply>,
): Page => ({ method, path, isInside: true, handler: handler as Page['handler'] })

/** A parameter of the address, if it is one of these words. */
export const oneOf = <const Choice extends string>(
  given: string | undefined,
  choices: readonly Choice[],
): Choice | null => choices.find((choice) => choice === given) ?? null

/** A page for the member alone: who acts as the member neither sees nor changes what is there. */
export const ownPage: typeof insidePage = (method, path, handler) =>
  insidePage(method, path, async (visit) =>
    visit.isActing ? visit.render('message', { about: 'acting', path: paths.library }, 403) : handler(visit),
  )
