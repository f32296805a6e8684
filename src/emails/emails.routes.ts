import type { Tx } from '../platform/db/database.ts'
import { changeRoutes } from '../platform/http/change-route.ts'
import { listRoute, showRoute } from '../platform/http/resource-routes.ts'
import type { Route } from '../platform/http/route.ts'
import type { Row } from '../platform/jsonapi/resource.ts'
import { lockOne } from '../platform/records/lock-one.ts'
import { emails } from './emails.resource.ts'
import { type FailedEmail, retryEmail } from './retry-email.ts'

const emailRows = { resource: emails, table: 'emails', ending: null } as const

const lockEmail = (tx: Tx, siteIds: string[], id: string) =>
  lockOne<Row & FailedEmail>(tx, emailRows, siteIds, id)

const retry = changeRoutes(emails, lockEmail)('retry', {
  summary: 'Send a failed e-mail again',
  description:
    'Attempts an e-mail that has failed again at once, as it was rendered; one that was never rendered uses the template as it is now. The link in it expires when it would have before. Returns 409 for an e-mail that has not failed.',
  change: ({ tx, scope }, email) => retryEmail(tx, email, scope.now),
})

export const emailRoutes: Route[] = [listRoute(emails), showRoute(emails), retry]
