/** Creates tags, templates and automations for tests. */

import { automationRecords } from '../automations/automations.resource.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { asOperator, createRecord } from '../platform/records/records.ts'
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
  return inTransaction(app.db, async (tx) => {
    const named = { name: `Automation ${unique()}`, ...attributes }
    const writing = asOperator(app, tx, '0', [siteId])
    return (await createRecord(writing, automationRecords, { siteId, attributes: named })).id
  })
}
