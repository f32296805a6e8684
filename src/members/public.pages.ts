/** The pages of a site that anybody can open: signing in, and the links of e-mails. */
import { findEndedLink, findLink, linkPath, linkSeconds, type MemberPurpose } from '../links/member-links.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { givenName } from '../platform/text/names.ts'
import { confirmEmailChange } from './account.ts'
import { findOnlyProduct, readHeldOffers } from './library.ts'
import { findMember, type Member } from './member.ts'
import { emptyPassword, readNewPassword } from './new-password.ts'
import { type Page, page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { PageViews } from './pages/views.ts'
import { findGift, type Gift, redeemGift, redeemOwnGift } from './redeem-gift.ts'
import { requestLink } from './request-link.ts'
import { choosePassword, signInByLink, signInByPassword } from './sign-in.ts'
import { signInAs } from './sign-in-as.ts'
import type { Visit } from './visit.ts'

const showSignIn = page('GET', '/sign-in', async (visit) =>
  visit.member
    ? visit.redirect(paths.library)
    : visit.render('sign_in', { email: '', next: nextOf(visit.query), errors: [] }),
)

const signIn = page('POST', '/sign-in', async ({ app, site, form, visitor, ...visit }) => {
  const { email = '', password = '' } = form
  const again = (code: 'missing' | 'wrong') =>
    visit.render('sign_in', { email, next: nextOf(form), errors: [{ field: 'credentials', code }] }, 422)
  if (email.trim() === '' || password === '') return again('missing')
  const came = await signInByPassword(app, site, { email, password }, visitor)
  if (came.outcome === 'wrong') return again('wrong')
  if (came.outcome === 'too_many') return tooManyGuesses(visit, came.waitSeconds)
  visit.remember(came.session)
  return visit.redirect(nextOf(form) ?? paths.library)
})

const showRequestLink = page('GET', '/request-link', async (visit) =>
  visit.render('request_link', {
    purpose: purposeOf(visit.query),
    email: '',
    next: nextOf(visit.query),
    errors: [],
  }),
)

const sendLink = page('POST', '/request-link', async ({ app, site, form, visitor, ...visit }) => {
  const purpose = purposeOf(form)
  const { email = '', password } = form
  const next = nextOf(form)
  // Only the sign-in page sends a password along: its second button leads here, also with nothing entered yet.
  if (email.trim() === '' && password !== undefined) {
    return visit.redirect(withNext(`${paths.requestLink}?purpose=${purpose}`, next))
  }
  if (!parseEmailAddress(email)) {
    const code = email.trim() === '' ? ('missing' as const) : ('invalid' as const)
    return visit.render('request_link', { purpose, email, next, errors: [{ field: 'email', code }] }, 422)
  }
  const waitSeconds = await requestLink(app, site, purpose, email, visitor, next)
  if (waitSeconds > 0) return tooMany(visit, waitSeconds)
  return visit.render('link_sent', { email: email.trim(), valid_seconds: linkSeconds(purpose) })
})

/** Whose gift link has ended had a way in; whose welcome has, had none yet. */
const purposeOf = ({ purpose }: Record<string, string>) =>
  purpose === 'sign_in' || purpose === 'gift' ? 'sign_in' : 'password'

/** Where to go after signing in: a path of this site, or nowhere. */
const nextOf = (from: Record<string, string>) =>
  /^\/(?![/\\])[\w/-]{0,500}$/.test(from.next ?? '') ? from.next! : null

/** An address with a query, and where to go afterwards in it. */
const withNext = (path: string, next: string | null) =>
  next === null ? path : `${path}&next=${encodeURIComponent(next)}`

/** The two pages of a link that lets somebody choose a password. */
function passwordLink(purpose: 'welcome' | 'password', name: 'welcome' | 'reset_password'): Page[] {
  const url = `/${purpose}/:token`
  const show = async (
    visit: Visit,
    status: number,
    chosen: Pick<PageViews['welcome'], 'password' | 'errors'>,
  ) => {
    const member = await memberOf(visit, purpose)
    if (!member) return linkEnded(visit, purpose)
    const action = linkPath(purpose, visit.params.token!)
    const offers = purpose === 'welcome' ? await readHeldOffers(visit.app, visit.site, member.customerId) : []
    return visit.render(
      name,
      { action, first_name: givenName(member.name), email: member.email, offers, ...chosen },
      status,
    )
  }
  return [
    page('GET', url, (visit) => show(visit, 200, { password: emptyPassword, errors: [] })),
    page('POST', url, async (visit) => {
      const member = await memberOf(visit, purpose)
      if (!member) return linkEnded(visit, purpose)
      const chosen = await readNewPassword(visit.form, [member.name, member.email])
      if ('again' in chosen) {
        return show(visit, chosen.errors.length > 0 ? 422 : 200, {
          password: chosen.again,
          errors: chosen.errors,
        })
      }
      const session = await choosePassword(
        visit.app,
        visit.site,
        purpose,
        visit.params.token!,
        chosen.password,
        visit.visitor,
      )
      if (!session) return linkEnded(visit, purpose)
      visit.remember(session)
      return visit.redirect(`${paths.library}?notice=${purpose === 'welcome' ? 'welcome' : 'password_saved'}`)
    }),
  ]
}

/** Who a link is for; null when it is used or over. */
async function memberOf({ app, site, params }: Visit, purpose: MemberPurpose): Promise<Member | null> {
  const link = await findLink(app.db, site.id, purpose, params.token!, app.clock.now())
  return link && findMember(app.db, site.id, { customerId: link.customer_id })
}

/** A button to press: mail programs open links to look at them, and must not use them up. */
const showSignInLink = page('GET', '/sign-in/:token', async (visit) => {
  const member = await memberOf(visit, 'sign_in')
  if (!member) return linkEnded(visit, 'sign_in')
  const action = linkPath('sign_in', visit.params.token!)
  return visit.render('follow_link', {
    purpose: 'sign_in',
    action,
    email: member.email,
    next: nextOf(visit.query),
  })
})

const followSignInLink = page('POST', '/sign-in/:token', async (visit) => {
  const session = await signInByLink(visit.app, visit.site, visit.params.token!, visit.visitor)
  if (!session) return linkEnded(visit, 'sign_in')
  visit.remember(session)
  return visit.redirect(nextOf(visit.form) ?? paths.library)
})

/** Somebody of the account, who is to see what the member sees. */
const showActingLink = page('GET', '/act-as/:token', async (visit) => {
  const { app, site, params } = visit
  const link = await findLink(app.db, site.id, 'act_as', params.token!, app.clock.now())
  const member = link && (await findMember(app.db, site.id, { customerId: link.customer_id }))
  if (!member) return notFound(visit)
  const action = linkPath('act_as', params.token!)
  return visit.render('follow_link', { purpose: 'act_as', action, email: member.email, next: null })
})

const followActingLink = page('POST', '/act-as/:token', async (visit) => {
  const session = await signInAs(visit.app, visit.site, visit.params.token!, visit.visitor)
  if (!session) return notFound(visit)
  visit.remember(session)
  return visit.redirect(paths.library)
})

const showGiftPage = page('GET', '/gift/:token', async (visit) => {
  const gift = await findGift(visit.app, visit.site, visit.params.token!)
  return (await elsewhere(visit, gift)) ?? renderGift(visit, gift!, 200)
})

const openGift = page('POST', '/gift/:token', async (visit) => {
  const { app, site, params, form, visitor } = visit
  const gift = await findGift(app, site, params.token!)
  const reply = await elsewhere(visit, gift)
  if (reply || !gift) return reply!
  if (!gift.signsIn) {
    await redeemOwnGift(app, site, gift)
    return visit.redirect(`${paths.library}?notice=gift_opened`)
  }
  let password: string | null = null
  if (!gift.member.hasPassword) {
    const chosen = await readNewPassword(form, [gift.member.name, gift.member.email])
    if ('again' in chosen)
      return renderGift(visit, gift, chosen.errors.length > 0 ? 422 : 200, chosen.again, chosen.errors)
    password = chosen.password
  }
  const session = await redeemGift(app, site, params.token!, password, visitor)
  if (!session) return linkEnded(visit, 'gift')
  visit.remember(session)
  return visit.redirect(`${paths.library}?notice=gift_opened`)
})

/**
 * Where to go when a gift's page is not to be shown. A link that signs nobody in any more leads to sign-in, and from
 * there to the gift, whether or not there is one; what was opened, to what was in it. Null: show the page.
 */
async function elsewhere(visit: Visit, gift: Gift | null) {
  const { app, site, member, params } = visit
  if (gift?.signsIn) return null
  if (!member) {
    const next = encodeURIComponent(linkPath('gift', params.token!))
    return visit.redirect(`${paths.signIn}?next=${next}`)
  }
  if (!gift) return visit.redirect(paths.library)
  if (gift.member.customerId !== member.customerId) return linkEnded(visit, 'gift')
  if (!gift.isRedeemed) return null
  const productId = await findOnlyProduct(app, site, member.customerId, gift.grantId)
  return visit.redirect(productId ? paths.product(productId) : paths.library)
}

async function renderGift(
  visit: Visit,
  { from_name, message, offers, member, signsIn }: Gift,
  status: number,
  password = emptyPassword,
  errors: PageViews['gift']['errors'] = [],
) {
  const view: PageViews['gift'] = {
    from_name,
    message,
    offers,
    action: linkPath('gift', visit.params.token!),
    email: member.email,
    password: member.hasPassword || !signsIn ? null : password,
    errors,
  }
  return visit.render('gift', view, status)
}

const showEmailLink = page('GET', '/email-change/:token', async (visit) => {
  const { app, site, params } = visit
  const link = await findLink(app.db, site.id, 'email_change', params.token!, app.clock.now())
  if (!link) return linkEnded(visit, 'email_change')
  return visit.render('follow_link', {
    purpose: 'email',
    action: linkPath('email_change', params.token!),
    email: link.new_email!,
    next: null,
  })
})

const followEmailLink = page('POST', '/email-change/:token', async (visit) => {
  const { app, site, member } = visit
  const change = await confirmEmailChange(app, site, visit.params.token!)
  if (change === 'ended') return linkEnded(visit, 'email_change')
  if (member) visit.member = await findMember(app.db, site.id, { customerId: member.customerId })
  const about = change === 'changed' ? 'email_changed' : 'email_taken'
  return visit.render(
    'message',
    { about, path: visit.member ? paths.account : paths.signIn },
    about === 'email_taken' ? 409 : 200,
  )
})

/** Where a link has led its member. */
const LED_TO: Record<MemberPurpose, string> = {
  welcome: paths.library,
  gift: paths.library,
  sign_in: paths.library,
  password: paths.account,
  email_change: paths.account,
}

/** A link that is used or over takes its member there nevertheless, once signed in; others see that it has ended. */
async function linkEnded(visit: Visit, purpose: MemberPurpose) {
  const { app, site, member, params } = visit
  const link = member && (await findEndedLink(app.db, site.id, purpose, params.token!))
  if (link && link.customer_id === member.customerId) return visit.redirect(LED_TO[purpose])
  const offered = purpose === 'email_change' ? 'sign_in' : purpose
  return visit.render('link_ended', { purpose: offered, email: '', errors: [] }, 410)
}

/** As tooMany(), with the way in that nobody else's guesses close. */
function tooManyGuesses(visit: Pick<Visit, 'render'>, waitSeconds: number) {
  const path = `${paths.requestLink}?purpose=sign_in`
  const view = { about: 'too_many_guesses', path, wait_seconds: waitSeconds, request_id: null } as const
  return visit.render('problem', view, 429).header('retry-after', waitSeconds)
}

/** Answers 429 with how long to wait. */
export function tooMany(visit: Pick<Visit, 'render'>, waitSeconds: number) {
  const view = { about: 'too_many', path: paths.signIn, wait_seconds: waitSeconds, request_id: null } as const
  return visit.render('problem', view, 429).header('retry-after', waitSeconds)
}

/** What the address names is not there. */
export const notFound = (visit: Visit) =>
  visit.render(
    'problem',
    { about: 'not_found', path: paths.library, wait_seconds: null, request_id: null },
    404,
  )

export const doorPages: Page[] = [
  showSignIn,
  signIn,
  showRequestLink,
  sendLink,
  ...passwordLink('welcome', 'welcome'),
  ...passwordLink('password', 'reset_password'),
  showSignInLink,
  followSignInLink,
  showActingLink,
  followActingLink,
  showGiftPage,
  openGift,
  showEmailLink,
  followEmailLink,
]
