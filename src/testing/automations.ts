/** Creates tags, templates and automations for tests. */

import { parseNewAutomation } from '../automations/parse-automation.ts'
import { createAutomation } from '../automations/save-automation.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { unique } from './fixtures.ts'

export async function makeTag(app: App, siteId: string): Promise<string> {
  const { id } = await app.db
    .insertInto('contact_tags')
    .values({
      site_id: siteId,
      name: `Tag ${unique()}`,
      created_at: app.clock.now(),
      updated_at: app.clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** An e-mail that automations can send. */
export async function makeTemplate(app: App, siteId: string): Promise<string> {
  const now = app.clock.now()
  const name = `Template ${unique()}`
  const { id } = await app.db
    .insertInto('email_templates')
    .values({
      site_id: siteId,
      kind: 'automation',
      name,
      subject: name,
      body: '<p>Hello.</p>',
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Creates an automation as a request does, with a default name. */
export function makeAutomation(app: App, siteId: string, attributes: object): Promise<string> {
  const automation = parseNewAutomation({ name: `Automation ${unique()}`, ...attributes })
  return inTransaction(app.db, (tx) => createAutomation(tx, siteId, automation, app.clock.now()))
}
