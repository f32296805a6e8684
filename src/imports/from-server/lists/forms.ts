import { formRecords } from '../../../forms/forms.resource.ts'
import { formsOfSite, keepSubmission } from '../../../forms/keep-submission.ts'
import { findContactsByEmail } from '../../../people/contacts/find-contact.ts'
import type { CustomField } from '../../../people/custom-fields/find-fields.ts'
import { isHandle } from '../../../people/custom-fields/read-values.ts'
import { parseEmailAddress } from '../../../platform/text/email-address.ts'
import { fieldsByHandleThere } from '../handles.ts'
import { skipped } from '../outcome.ts'
import type { PageRun, Wanted, Writer } from '../page-run.ts'
import { isChoosable, type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import { manyIn, oneIn, type SourceRow } from '../source.ts'
import { detailsOf, type SourceList } from '../source-list.ts'

const kind: RecordKind = {
  records: formRecords,
  // It is a hook, and hooks are not imported: whoever is notified would be twice.
  without: ['webhook_url'],
  related: { offers: 'offers', contact_tags: 'contact_tags' },
  named: {
    attribute: 'title',
    ofSite: async (tx, siteId) =>
      (await formsOfSite(tx, siteId)).map(({ id, title }) => ({ id, name: title })),
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
      formWriter(run, siteId),
    ),
}

function formWriter(run: PageRun, siteId: string): Writer<WantedRecord> {
  const writer = recordWriter(run, kind, siteId)
  return {
    ...writer,
    async write(fresh) {
      const fields = await fieldsByHandleThere(run, siteId)
      return writer.write(
        fresh.map(({ wanted, targetId }) => ({ wanted: withHandlesHere(wanted, fields), targetId })),
      )
    },
  }
}

/** Custom fields can have other handles here. What is asked for and is not here is left out. */
function withHandlesHere(wanted: WantedRecord, fields: Map<string, CustomField>): WantedRecord {
  const inputs = wanted.attributes.inputs as FormInput[] | undefined
  if (inputs === undefined) return wanted
  const here = inputs.flatMap((input) => {
    const handle = handleHere(input.handle, fields)
    return handle === null ? [] : [{ ...input, handle }]
  })
  return { ...wanted, attributes: { ...wanted.attributes, inputs: here } }
}

const handleHere = (handle: string, fields: Map<string, CustomField>): string | null =>
  isHandle(handle) ? (fields.get(handle)?.handle ?? null) : handle

interface FormInput {
  handle: string
  required: boolean
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

function inputsOf(row: SourceRow, included: SourceRow[]): FormInput[] {
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
        const fields = await fieldsByHandleThere(run, siteId)
        // Where their times are not shown, those of an address differ in their order.
        const times = fresh.map((_, index) => new Date(run.origin.now.getTime() - fresh.length + index))
        return run.each([...fresh.entries()], async ([index, { wanted, targetId }]) => {
          if (targetId !== null) return { status: 'unchanged', targetId }
          return keep(
            run,
            siteId,
            {
              ...wanted,
              answers: answersHere(wanted.answers, fields),
              submittedAt: wanted.submittedAt ?? times[index]!,
            },
            contacts,
            formIds,
          )
        })
      },
    }),
}

const answersHere = (answers: Record<string, string>, fields: Map<string, CustomField>) =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([handle, answer]) => {
      const here = handleHere(handle, fields)
      return here === null ? [] : [[here, answer] as const]
    }),
  )

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
