/** The pages of a site for who is signed in: the library, what is in it, and the account. */
import { readProgress } from '../catalogue/course-progress/read-progress.ts'
import { linkSeconds, pendingEmail } from '../links/member-links.ts'
import { inTransaction } from '../platform/db/database.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import { changeName, changePassword, knowsPassword, requestEmailChange } from './account.ts'
import { billingPages } from './billing.pages.ts'
import { coursePages } from './course.pages.ts'
import { accessOf, type LibraryItem, readLibrary } from './library.ts'
import { emptyPassword, readNewPassword } from './new-password.ts'
import { type Inside, insidePage, oneOf, ownPage, type Page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { PageViews } from './pages/views.ts'
import { tooMany } from './public.pages.ts'
import { endAccess, endSession } from './sessions.ts'
import type { Visit } from './visit.ts'

const LONGEST_NAME = 200

const library = insidePage('GET', '/', async (visit) => {
  const { app, site, member } = visit
  const items = await readLibrary(app, site, member.customerId)
  const open = items.filter(({ state }) => state === 'open').map(({ product_id }) => product_id)
  const progress = await readProgress(app.db, site.id, member.customerId, open)
  const isEnded = ({ state }: LibraryItem) => state === 'ended'
  return visit.render('library', {
    notice: oneOf(visit.query.notice, ['welcome', 'password_saved', 'gift_opened', 'bought']),
    products: items
      .filter((item) => !isEnded(item))
      .map((item) => ({
        ...item,
        path: paths.product(item.product_id),
        access: accessOf(item),
        progress: progress.get(item.product_id) ?? null,
      })),
    ended: items
      .filter(isEnded)
      .map((item) => ({ ...item, path: paths.product(item.product_id), ended_at: item.until! })),
  })
})

const account = ownPage('GET', '/account', (visit) => renderAccount(visit, 200))

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

const saveName = ownPage('POST', '/account/name', async (visit) => {
  const name = readName(visit.form.name ?? '')
  const code = name === '' ? 'missing' : [...name].length > LONGEST_NAME ? 'too_long' : null
  if (code) return renderAccount(visit, 422, { name, errors: [{ field: 'name', code }] })
  await changeName(visit.app, visit.site, visit.member, name)
  return visit.redirect(`${paths.account}?notice=name_saved`)
})

const savePassword = ownPage('POST', '/account/password', async (visit) => {
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

const saveEmail = ownPage('POST', '/account/email', async (visit) => {
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

const signOutEverywhere = ownPage('POST', '/sign-out/everywhere', async (visit) => {
  const { app, site, member } = visit
  await inTransaction(app.db, (tx) => endAccess(app, tx, site.id, member.customerId))
  return signedOut(visit, 'signed_out_everywhere')
})

function signedOut(visit: Visit, about: 'signed_out' | 'signed_out_everywhere') {
  visit.forget()
  return visit.render('message', { about, path: paths.signIn })
}

export const insidePages: Page[] = [
  library,
  ...coursePages,
  ...billingPages,
  account,
  saveName,
  savePassword,
  saveEmail,
  signOut,
  signOutEverywhere,
]
