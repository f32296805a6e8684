/** The pages of forms, the address that they and forms on other websites are sent to, and the links that confirm them. */
import { checkAddress } from '../forms/check-address.ts'
import { confirmSubmission, findLinkedSubmission } from '../forms/confirm-submission.ts'
import { type Form, type FormField, findFields, findForm, isClosed } from '../forms/find-form.ts'
import { HONEYPOT, plainNames } from '../forms/honeypot.ts'
import { type Problem, readSubmission, type Submitted } from '../forms/read-submission.ts'
import { inputTypeOf } from '../forms/snippet.ts'
import { submitForm } from '../forms/submit-form.ts'
import { linkPath, linkSeconds } from '../links/member-links.ts'
import { countAttempt } from '../platform/auth/attempts.ts'
import { inTransaction } from '../platform/db/database.ts'
import { ApiError } from '../platform/jsonapi/errors.ts'
import { ALLOW_ORIGIN, originHeaders } from './origin-headers.ts'
import { openPage, type Page, page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { FormFieldView } from './pages/views.ts'
import { problemText } from './problem-text.ts'
import { attemptAt } from './sign-in.ts'
import type { Language } from './texts/language.ts'
import { formatDuration, translate } from './texts/translate.ts'
import type { Visit } from './visit.ts'

const showForm = page('GET', '/forms/:form', async (visit) => {
  const form = await formOf(visit)
  if (!form) return notFound(visit)
  return isClosed(form) ? closed(visit) : renderForm(visit, form, {}, [])
})

/** Where the browser is after a submission with mistakes: it asks for this address when the page is reloaded. */
const returnToForm = page('GET', '/forms/:form/form_submissions', async (visit) => {
  const form = await formOf(visit)
  return form ? visit.redirect(paths.form(form.id)) : notFound(visit)
})

const formOf = ({ app, site, params }: Visit): Promise<Form | null> => findForm(app.db, site.id, params.form!)

const receiveForm = openPage('POST', '/forms/:form/form_submissions', async (visit) => {
  const form = await formOf(visit)
  if (!form) return notFound(visit)
  if (!mayRead(visit, form)) return refuseScript(visit)
  if (isClosed(form)) return closed(visit)
  const given = plainNames(visit.form)
  const { email = '' } = given
  const kind = form.double_opt_in ? 'form_email' : 'form'
  const attempt = attemptAt(visit.site, kind, email.trim() || 'nobody', visit.visitor)
  const waitSeconds = await countAttempt(visit.app, attempt)
  if (waitSeconds > 0) return tooMany(visit, form, waitSeconds)
  // A program filled in what people do not see: it learns nothing.
  if (given[HONEYPOT]) return sent(visit, form, email)
  const { submitted, problems } = await check(visit, form, given)
  if (problems.length === 0) problems.push(...(await store(visit, form, submitted)))
  return problems.length > 0 ? renderForm(visit, form, given, problems) : sent(visit, form, submitted.email)
})

/** Before a script sends something that browsers do not let every page send. */
const allowScripts = openPage('OPTIONS', '/forms/:form/form_submissions', async (visit) => {
  const form = await formOf(visit)
  if (!form) return notFound(visit)
  if (mayRead(visit, form)) {
    visit.setHeader('access-control-allow-methods', 'POST')
    visit.setHeader('access-control-allow-headers', 'content-type, accept')
    visit.setHeader('access-control-max-age', '600')
  }
  return visit.sendJson({}, 200)
})

/**
 * Whether the page that sends the request may read the answer, and lets it. What is no script need not: the browser
 * itself shows the answer then.
 */
function mayRead({ origin, isScript, setHeader }: Visit, form: Form): boolean {
  const headers = originHeaders(origin, form)
  for (const [name, value] of Object.entries(headers)) setHeader(name, value)
  return origin === null || !isScript || ALLOW_ORIGIN in headers
}

async function check(
  { app, visitor }: Visit,
  form: Form,
  given: Record<string, string>,
): Promise<{ submitted: Submitted; problems: Problem[] }> {
  const fields = await findFields(app.db, form, visitor.language)
  const { submitted, problems } = readSubmission(fields, given)
  const isAddressRead = !problems.some(({ handle }) => handle === 'email')
  const problem = isAddressRead ? await checkAddress(app, submitted.email) : null
  return { submitted, problems: [...problems, ...(problem ? [problem] : [])] }
}

/** @returns why it was not stored */
async function store({ app, visitor }: Visit, form: Form, submitted: Submitted): Promise<Problem[]> {
  const origin = { actor: `form:${form.id}`, requestId: null, now: app.clock.now() }
  const submission = { submitted, trust: 'stranger', language: visitor.language } as const
  try {
    await inTransaction(app.db, (tx) => submitForm(tx, form, submission, origin))
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error
    return [{ handle: error.source ? 'email' : 'main', code: error.code, detail: error.message }]
  }
  app.onEvents()
  return []
}

/** In words. */
interface ShownProblem {
  handle: string
  text: string
}

async function renderForm(visit: Visit, form: Form, given: Record<string, string>, found: Problem[]) {
  const { app, visitor, isScript } = visit
  const fields = await findFields(app.db, form, visitor.language)
  const problems = found.map((problem) => ({
    handle: problem.handle,
    text: problemText(visitor.language, problem, fields),
  }))
  if (isScript && problems.length > 0) return visit.sendJson({ problems }, 422)
  // The portal shows it in a frame, as a preview.
  visit.relaxPolicy({ mayLeave: form.redirect_url !== null, isFramed: true })
  const view = {
    action: paths.formSubmissions(form.id),
    title: form.title,
    description: form.description,
    fields: fields.map((field) => fieldView(field, given[field.handle] ?? '', problems)),
    honeypot: HONEYPOT,
    problems: problems.map((problem) => withLabel(problem, fields)),
  }
  return visit.render('form', view, problems.length > 0 ? 422 : 200)
}

/** In the list of all problems, each says which field it is about. */
function withLabel({ handle, text }: ShownProblem, fields: FormField[]): ShownProblem {
  const field = fields.find((each) => each.handle === handle)
  return { handle, text: field ? `${field.title}: ${text}` : text }
}

function fieldView(
  { handle, title, type, autocomplete, required, options }: FormField,
  value: string,
  problems: ShownProblem[],
): FormFieldView {
  const problem = problems.find((each) => each.handle === handle)?.text ?? null
  const input = { type: inputTypeOf(type), autocomplete, is_required: required, options }
  return { handle, label: title, kind: kindOf(type), value, problem, ...input }
}

const KINDS: Record<string, FormFieldView['kind']> = {
  TextAreaField: 'lines',
  CheckboxField: 'checkbox',
  SelectBoxField: 'select',
  RadioButtonsField: 'radio',
}

const kindOf = (type: string) => KINDS[type] ?? 'line'

/** What a visitor gets for a form that was submitted, stored or not. */
function sent(visit: Visit, form: Form, email: string) {
  const { language } = visit.visitor
  if (form.double_opt_in) {
    const text = translate(language, 'form.waiting.text', { email })
    if (visit.isScript) return visit.sendJson({ message: text, redirect_url: null }, 201)
    return renderSent(visit, form, email)
  }
  return visit.isScript
    ? visit.sendJson({ message: messageOf(form, language), redirect_url: form.redirect_url }, 201)
    : finish(visit, form)
}

const messageOf = ({ success_message }: Form, language: Language) =>
  success_message ?? translate(language, 'form.sent.text')

const finish = (visit: Visit, form: Form) =>
  form.redirect_url === null ? renderSent(visit, form, null) : visit.leave(form.redirect_url)

const renderSent = (visit: Visit, { title, success_message }: Form, waiting_for: string | null) =>
  visit.render('form_sent', {
    title,
    message: success_message,
    waiting_for,
    valid_seconds: linkSeconds('form'),
  })

/** The script then sends the form as the browser would without it. */
const refuseScript = (visit: Visit) => sendProblem(visit, 'form.error.not_allowed', 403)

function closed(visit: Visit) {
  if (visit.isScript) return sendProblem(visit, 'message.form_closed.text', 410)
  return visit.render('message', { about: 'form_closed', path: paths.library }, 410)
}

/** For a script: a problem of the form as a whole. */
const sendProblem = (visit: Visit, key: string, status: number, placeholders: object = {}) =>
  visit.sendJson(
    { problems: [{ handle: 'main', text: translate(visit.visitor.language, key, { ...placeholders }) }] },
    status,
  )

function tooMany(visit: Visit, form: Form, waitSeconds: number) {
  const { language } = visit.visitor
  visit.setHeader('retry-after', String(waitSeconds))
  if (visit.isScript) {
    const duration = formatDuration(language, waitSeconds)
    return sendProblem(visit, 'form.error.too_many', 429, { duration })
  }
  const view = { about: 'too_many_submissions', path: paths.form(form.id), request_id: null } as const
  return visit.render('problem', { ...view, wait_seconds: waitSeconds }, 429)
}

function notFound(visit: Visit) {
  if (visit.isScript) return sendProblem(visit, 'problem.not_found.text', 404)
  const view = { about: 'not_found', path: paths.library, wait_seconds: null, request_id: null } as const
  return visit.render('problem', view, 404)
}

/** A button to press: mail programs open links to look at them, and must not use them up. */
const showConfirmation = page('GET', '/form/:token', async (visit) => {
  const linked = await findLinkedSubmission(visit.app, visit.site.id, visit.params.token!)
  if (!linked) return linkEnded(visit)
  if (linked.isConfirmed) return renderSent(visit, linked.form, null)
  if (isClosed(linked.form)) return closed(visit)
  if (linked.form.redirect_url !== null) visit.relaxPolicy({ mayLeave: true })
  const action = linkPath('form', visit.params.token!)
  return visit.render('follow_link', { purpose: 'form', action, email: linked.email, next: null })
})

const confirm = page('POST', '/form/:token', async (visit) => {
  const linked = await confirmSubmission(visit.app, visit.site.id, visit.params.token!)
  if (!linked) return linkEnded(visit)
  return linked.isConfirmed ? finish(visit, linked.form) : closed(visit)
})

const linkEnded = (visit: Visit) =>
  visit.render('message', { about: 'form_link_ended', path: paths.library }, 410)

export const formPages: Page[] = [
  showForm,
  returnToForm,
  receiveForm,
  allowScripts,
  showConfirmation,
  confirm,
]
