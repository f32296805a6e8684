/** Creates forms for tests. */
import { formRecords } from '../forms/forms.resource.ts'
import type { App } from '../platform/app.ts'
import { inTransaction } from '../platform/db/database.ts'
import { asOperator, createRecord } from '../platform/records/records.ts'
import { unique } from './fixtures.ts'

interface FormFixture {
  attributes?: object
  offerIds?: string[]
  tagIds?: string[]
}

/** Creates a form as a request does, with a default title. */
export function makeForm(
  app: App,
  siteId: string,
  { attributes = {}, offerIds = [], tagIds = [] }: FormFixture = {},
): Promise<string> {
  return inTransaction(app.db, async (tx) => {
    const { id } = await createRecord(asOperator(app, tx, '0', [siteId]), formRecords, {
      siteId,
      attributes: { title: `Form ${unique()}`, ...attributes },
      related: { offers: offerIds, contact_tags: tagIds },
    })
    return id
  })
}

/** The body of a request that submits a form. */
export const submissionBody = (attributes: object) => ({
  data: { type: 'form_submissions', attributes },
})

/** A person who has not been seen yet. */
export const newcomer = () => ({ name: 'Ada Lovelace', email: `newcomer${unique()}@example.com` })
