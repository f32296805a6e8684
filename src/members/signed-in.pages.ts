/** The pages of a site for who is signed in: the library, what is in it, and the account. */
import {
  type CourseLesson,
  type CourseModule,
  readCourse,
  readLesson,
} from '../catalogue/courses/read-course.ts'
import { signUploads } from '../catalogue/uploads/sign-uploads.ts'
import { linkSeconds, pendingEmail } from '../links/member-links.ts'
import { inTransaction } from '../platform/db/database.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import { changeName, changePassword, knowsPassword, requestEmailChange } from './account.ts'
import { type LibraryItem, readLibrary } from './library.ts'
import type { Member } from './member.ts'
import { emptyPassword, readNewPassword } from './new-password.ts'
import { insidePage, type Page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { PageViews } from './pages/views.ts'
import { notFound, tooMany } from './public.pages.ts'
import { sanitizeContent } from './sanitize-content.ts'
import { endAccess, endSession } from './sessions.ts'
import type { Visit } from './visit.ts'

type Inside = Visit & { member: Member }

const LONGEST_NAME = 200

const library = insidePage('GET', '/', async (visit) => {
  const items = await readLibrary(visit.app, visit.site, visit.member.customerId)
  const isEnded = ({ state }: LibraryItem) => state === 'ended'
  return visit.render('library', {
    notice: oneOf(visit.query.notice, ['welcome', 'password_saved', 'gift_opened']),
    products: items
      .filter((item) => !isEnded(item))
      .map((item) => ({ ...item, path: paths.product(item.product_id), access: accessOf(item) })),
    ended: items
      .filter(isEnded)
      .map((item) => ({ ...item, path: paths.product(item.product_id), ended_at: item.until! })),
  })
})

const accessOf = ({ offers, since, until, state }: LibraryItem) => ({
  offers,
  since,
  until,
  is_open: state === 'open',
})

const product = insidePage('GET', '/products/:id', async (visit) => {
  const item = await findItem(visit)
  if (!item) return notFound(visit)
  if (item.state === 'ended') return noAccess(visit)
  const course = item.state === 'open' ? await courseOf(visit, item) : []
  const modules = course.map(({ title, lessons }) => ({
    title,
    lessons: lessons.map(({ id, title, state, opens_at }) => ({
      title,
      path: state === 'open' ? paths.lesson(item.product_id, id) : null,
      opens_at,
    })),
  }))
  const first = allLessons(course).find(isOpen)
  return visit.render('product', {
    ...item,
    text: item.description,
    path: paths.product(item.product_id),
    access: accessOf(item),
    modules,
    first_lesson: first ? paths.lesson(item.product_id, first.id) : null,
  })
})

const lesson = insidePage('GET', '/products/:id/lessons/:lesson', async (visit) => {
  const item = await findItem(visit)
  if (!item) return notFound(visit)
  if (item.state !== 'open') return noAccess(visit)
  const all = allLessons(await courseOf(visit, item))
  const place = all.findIndex(({ id }) => id === visit.params.lesson)
  const shown = all[place]
  if (!shown) return notFound(visit)
  const linkTo = (to: { id: string; title: string } | undefined) =>
    to ? { title: to.title, path: paths.lesson(item.product_id, to.id) } : null
  const view = {
    product: { title: item.title, path: paths.product(item.product_id) },
    title: shown.title,
    position: place + 1,
    total: all.length,
  }
  if (!isOpen(shown)) return visit.render('closed_lesson', { ...view, opens_at: shown.opens_at }, 403)
  const later = all.slice(place + 1)
  const { body, media } = await readLesson(visit.app, visit.site.id, shown.id)
  return visit.render('lesson', {
    ...view,
    module: shown.module,
    html: body ? await signUploads(visit.app, visit.site.id, await sanitizeContent(body)) : null,
    media,
    previous: linkTo(all.slice(0, place).findLast(isOpen)),
    // When none is open yet, the next one says when it opens.
    next: linkTo(later.find(isOpen) ?? later[0]),
  })
})

const courseOf = ({ app, site }: Inside, { product_id, since }: LibraryItem) =>
  readCourse(app, site.id, product_id, since)

const allLessons = (course: CourseModule[]) =>
  course.flatMap(({ title, lessons }) => lessons.map((one) => ({ ...one, module: title })))

const isOpen = ({ state }: CourseLesson) => state === 'open'

/** The product of the address, if this member has or had it. */
async function findItem({ app, site, member, params }: Inside): Promise<LibraryItem | undefined> {
  const items = await readLibrary(app, site, member.customerId)
  return items.find(({ product_id }) => product_id === params.id)
}

const noAccess = (visit: Visit) => visit.render('message', { about: 'no_access', path: paths.library }, 403)

const account = insidePage('GET', '/account', (visit) => renderAccount(visit, 200))

async function renderAccount(visit: Inside, status: number, changes: Partial<PageViews['account']> = {}) {
  const { member, query } = visit
  const view: PageViews['account'] = {
    notice: oneOf(query.notice, ['name_saved', 'password_saved', 'email_sent']),
    name: member.name,
    email: member.email,
    pending_email: await pendingEmail(visit.app.db, visit.site.id, member.customerId, visit.app.clock.now()),
    link_valid_seconds: linkSeconds('email_change'),
    new_email: '',
    has_password: member.hasPassword,
    password: emptyPassword,
    errors: [],
    ...changes,
  }
  return visit.render('account', view, status)
}

const saveName = insidePage('POST', '/account/name', async (visit) => {
  const name = readName(visit.form.name ?? '')
  const code = name === '' ? 'missing' : [...name].length > LONGEST_NAME ? 'too_long' : null
  if (code) return renderAccount(visit, 422, { name, errors: [{ field: 'name', code }] })
  await changeName(visit.app, visit.site, visit.member, name)
  return visit.redirect(`${paths.account}?notice=name_saved`)
})

const savePassword = insidePage('POST', '/account/password', async (visit) => {
  const { app, site, member, form, visitor } = visit
  const chosen = await readNewPassword(form, [member.name, member.email])
  if ('again' in chosen) {
    return renderAccount(visit, chosen.errors.length > 0 ? 422 : 200, {
      password: chosen.again,
      errors: chosen.errors,
    })
  }
  const doubt = await doubtOf(visit, 'current_password')
  if (doubt) return answerDoubt(visit, 'current_password', doubt)
  visit.remember(await changePassword(app, site, member, chosen.password, visitor))
  return visit.redirect(`${paths.account}?notice=password_saved`)
})

const saveEmail = insidePage('POST', '/account/email', async (visit) => {
  const { app, site, member, form } = visit
  const email = (form.email ?? '').trim()
  const address = parseEmailAddress(email)
  const code = email === '' ? 'missing' : !address ? 'invalid' : address === member.email ? 'unchanged' : null
  if (code) return renderAccount(visit, 422, { new_email: email, errors: [{ field: 'email', code }] })
  const doubt = await doubtOf(visit, 'confirm_password')
  if (doubt) return answerDoubt(visit, 'confirm_password', doubt, { new_email: email })
  await requestEmailChange(app, site, member, address!)
  return visit.redirect(`${paths.account}?notice=email_sent`)
})

type Doubt = 'missing' | 'wrong' | { waitSeconds: number }

/**
 * Why somebody may not be who they say: null for who has given the password they have now. Never a reply:
 * to await one is to wait until it is sent, and gives nothing.
 */
async function doubtOf(
  { app, site, member, form, visitor }: Inside,
  field: 'current_password' | 'confirm_password',
): Promise<Doubt | null> {
  const given = form[field] ?? ''
  if (member.hasPassword && given === '') return 'missing'
  const knows = await knowsPassword(app, site, member, given, visitor)
  if (knows === true) return null
  return knows === false ? 'wrong' : knows
}

const answerDoubt = (
  visit: Inside,
  field: 'current_password' | 'confirm_password',
  doubt: Doubt,
  changes: Partial<PageViews['account']> = {},
) =>
  typeof doubt === 'object'
    ? tooMany(visit, doubt.waitSeconds)
    : renderAccount(visit, 422, { ...changes, errors: [{ field, code: doubt }] })

const signOut = insidePage('POST', '/sign-out', async (visit) => {
  await inTransaction(visit.app.db, (tx) => endSession(tx, visit.site.id, visit.visitor.session!))
  return signedOut(visit, 'signed_out')
})

const signOutEverywhere = insidePage('POST', '/sign-out/everywhere', async (visit) => {
  const { app, site, member } = visit
  await inTransaction(app.db, (tx) => endAccess(app, tx, site.id, member.customerId))
  return signedOut(visit, 'signed_out_everywhere')
})

function signedOut(visit: Visit, about: 'signed_out' | 'signed_out_everywhere') {
  visit.forget()
  return visit.render('message', { about, path: paths.signIn })
}

const oneOf = <const Choice extends string>(
  given: string | undefined,
  choices: readonly Choice[],
): Choice | null => choices.find((choice) => choice === given) ?? null

export const insidePages: Page[] = [
  library,
  product,
  lesson,
  account,
  saveName,
  savePassword,
  saveEmail,
  signOut,
  signOutEverywhere,
]
