import { formsOfSite, keepSubmission } from '../../../forms/keep-submission.ts'
import { ensureContacts } from '../../../people/contacts/ensure-contacts.ts'
import type { Tx } from '../../../platform/db/database.ts'
import { describeWritten, parseWrittenAddress } from '../../../platform/text/email-address.ts'
import { isCustom } from '../../columns.ts'
import type { ImportContext, ImportKind, ImportRow, RowOutcome } from '../../import-kind.ts'
import { readDate } from '../../reading/read-date.ts'
import { nameKey } from '../../reading/read-names.ts'
import { RowProblem } from '../../row-problem.ts'
import { contactFields } from '../contacts/fields.ts'
import { performEach } from '../each-row.ts'

/** What forms ask for besides name and e-mail. */
const answerFields = contactFields.filter(({ name }) =>
  /^(?:address_|(?:mobile_)?phone_|business_)/.test(name),
)

export const importFormSubmissions: ImportKind = {
  name: 'form_submissions',
  summary: 'import what people have entered in forms; nothing follows from it',
  hasCustomFields: true,
  needs: ['manage:forms', 'manage:contacts'],
  fields: [
    {
      name: 'email',
      labels: ['Email', 'E-mail'],
      description: 'By which the contact is found',
      isRequired: true,
    },
    { name: 'name', labels: ['Name', 'Full name'], description: 'Of a contact that is created' },
    { name: 'form_id', labels: ['Form ID'], description: 'Id of a form of the site' },
    {
      name: 'form_title',
      labels: ['Form', 'Form Title'],
      description: 'Its title, where the site has no such id',
    },
    {
      name: 'submitted_at',
      labels: ['Submitted At', 'Created At', 'Date', 'Submitted'],
      description: 'When it was submitted',
      isRequired: true,
    },
    ...answerFields,
  ],
  async perform(tx, context, groups) {
    const forms = await formsOfSite(tx, context.siteId)
    return performEach(tx, context, groups.flat(), (row) => importSubmission(tx, context, row, forms))
  },
}

async function importSubmission(
  tx: Tx,
  { siteId, origin, dates, settings, source }: ImportContext,
  { values, raw }: ImportRow,
  forms: { id: string; title: string }[],
): Promise<RowOutcome> {
  const email = parseWrittenAddress(values.email ?? '')
  if (email === null)
    throw new RowProblem('email', 'invalid', `It is not an e-mail address${describeWritten(values.email)}.`)
  const submittedAt = readDate(values.submitted_at ?? '', dates)
  if (submittedAt === null || submittedAt > origin.now)
    throw new RowProblem('submitted_at', 'invalid', 'It is no date that is known here, or in the future.')
  const { form_id: id = settings.form_id, form_title: title = '' } = values
  const form =
    forms.find((one) => one.id === id) ?? forms.find((one) => nameKey(one.title) === nameKey(title))
  if (!form)
    throw new RowProblem(
      'form_id',
      'not_found',
      `The site has no form with this id or title. Name one in the file, or with ${source === 'cli' ? '--form' : 'form_id'}.`,
    )
  const contacts = await ensureContacts(tx, siteId, [{ email, name: values.name ?? '' }], origin)
  const contactId = contacts.get(email)!
  const answers = Object.fromEntries(
    // As they were entered, on several lines, too.
    Object.entries(raw).filter(
      ([field]) => isCustom(field) || answerFields.some(({ name }) => name === field),
    ),
  )
  const submission = { formId: form.id, contactId, name: values.name ?? '', email, answers, submittedAt }
  const made = await keepSubmission(tx, siteId, submission)
  return {
    status: made === null ? 'unchanged' : 'created',
    contactId,
    result: { form_submission_id: made },
  }
}
