import { formRecords } from '../../../forms/forms.resource.ts'
import { formsOfSite, keepSubmission } from '../../../forms/keep-submission.ts'
import { findContactsByEmail } from '../../../people/contacts/find-contact.ts'
import { isHandle } from '../../../people/custom-fields/read-values.ts'
import { parseEmailAddress } from '../../../platform/text/email-address.ts'
import { skipped } from '../outcome.ts'
import type { PageRun, Wanted } from '../page-run.ts'
import { isChoosable, type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import { manyIn, oneIn, type SourceRow } from '../source.ts'
import { detailsOf, type SourceList } from '../source-list.ts'

const kind: RecordKind = {
  records: formRecords,
  // It is a hook, and hooks are not imported: whoever is notified would be twice.
  without: ['webhook_url'],
  related: { offers: 'offers', contact_tags: 'contact_tags' },
  async findSame(run, siteId, { attributes: { title } }) {
    return (await formsOfSite(run.tx, siteId)).find((form) => form.title === title)?.id ?? null
  },
}

/** Forms with their fields, which the other server shows with each form. */
export const forms: SourceList = {
  name: 'forms',
  path: '/v1/forms',
  isBySite: true,
  pageSize: 50,
  addDetails: detailsOf('/v1/forms', 'fields'),
  write: (run, siteId, rows, { included }) =>
    run.put(
      'forms',
      rows.map((row) => readForm(row, included)),
      recordWriter(run, kind, siteId),
    ),
}

function readForm(row: SourceRow, included: SourceRow[]): WantedRecord {
  const offer = oneIn(row, 'offer')
  const wanted = recordOf(kind, row, {
    related: {
      offers: manyIn(row, 'offers') ?? (offer === null ? [] : [offer]),
      contact_tags: manyIn(row, 'contact_tags') ?? [],
    },
  })
  const inputs = inputsOf(row, included)
  return inputs.length === 0 ? wanted : { ...wanted, attributes: { ...wanted.attributes, inputs } }
}

function inputsOf(row: SourceRow, included: SourceRow[]): { handle: string; required: boolean }[] {
  const named = manyIn(row, 'fields') ?? []
  return included
    .filter(({ type, id }) => type === 'fields' && named.includes(id))
    .sort((one, other) => named.indexOf(one.id) - named.indexOf(other.id))
    .map(({ attributes: { handle, required } }) => ({ handle: String(handle), required: required === true }))
}

interface WantedSubmission extends Wanted {
  form: string | null
  name: string
  email: string
  answers: Record<string, string>
  submittedAt: string | null
}

export const formSubmissions: SourceList = {
  name: 'form_submissions',
  path: '/v1/form_submissions',
  isBySite: true,
  query: { sort: 'created_at' },
  write: (run, siteId, rows) =>
    run.put('form_submissions', rows.map(readSubmission), {
      write: async (fresh) => {
        const addresses = fresh.flatMap(({ wanted: { email } }) => parseEmailAddress(email) ?? [])
        const contacts = await findContactsByEmail(run.tx, siteId, addresses)
        const formIds = await run.targets(
          'forms',
          fresh.flatMap(({ wanted: { form } }) => form ?? []),
        )
        // Where their times are not shown, those of an address differ in their order.
        const times = fresh.map((_, index) => new Date(run.origin.now.getTime() - fresh.length + index))
        return run.each([...fresh.entries()], async ([index, { wanted, targetId }]) => {
          if (targetId !== null) return { status: 'unchanged', targetId }
          return keep(
            run,
            siteId,
            { ...wanted, submittedAt: wanted.submittedAt ?? times[index]! },
            contacts,
            formIds,
          )
        })
      },
    }),
}

async function keep(
  run: PageRun,
  siteId: string,
  {
    id,
    form,
    name,
    email,
    answers,
    submittedAt,
  }: Omit<WantedSubmission, 'submittedAt'> & { submittedAt: string | Date },
  contacts: Map<string, string>,
  formIds: Map<string, string>,
) {
  const formId = formIds.get(form ?? '')
  if (formId === undefined) return skipped('Its form is not here.')
  const address = parseEmailAddress(email)
  const contactId = contacts.get(address ?? '')
  if (address === null || contactId === undefined) return skipped('No contact here has its e-mail address.')
  const given = {
    id: isChoosable(id) ? id : null,
    formId,
    contactId,
    name,
    email: address,
    answers,
    submittedAt: new Date(submittedAt),
  }
  const made = await keepSubmission(run.tx, siteId, given)
  return made === null
    ? skipped('The form has a submission of this address and time.')
    : { status: 'created' as const, targetId: made }
}

function readSubmission(row: SourceRow): WantedSubmission {
  const { name, email, created_at } = row.attributes
  const answers = Object.entries(row.attributes).filter(
    ([handle, value]) =>
      (ANSWERS.includes(handle) || isHandle(handle)) && typeof value === 'string' && value !== '',
  )
  return {
    id: row.id,
    form: oneIn(row, 'form'),
    name: String(name ?? ''),
    email: String(email ?? ''),
    answers: Object.fromEntries(answers) as Record<string, string>,
    // Kajabi does not show it.
    submittedAt: typeof created_at === 'string' ? created_at : null,
  }
}

const ANSWERS = [
  'address_line_1',
  'address_line_2',
  'address_city',
  'address_country',
  'address_state',
  'address_zip',
  'phone_number',
  'business_number',
  'mobile_phone_number',
]
