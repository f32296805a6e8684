/** The page on which an offer is bought, and the one to which the payment provider leads back. */
import { type OfferForSale, readOfferForSale } from '../catalogue/offers/read-for-sale.ts'
import { checkAddress } from '../forms/check-address.ts'
import { siteUrl } from '../links/member-links.ts'
import { sellingAccount } from '../payments/accounts/selling-account.ts'
import { beginCheckout, type WantedPurchase } from '../payments/checkouts/begin-checkout.ts'
import { claimFree } from '../payments/checkouts/claim-free.ts'
import { confirmCheckout } from '../payments/checkouts/confirm-checkout.ts'
import type { Checkout } from '../payments/checkouts/find-checkout.ts'
import { isFree, type Snapshot, snapshotOf } from '../payments/checkouts/snapshot.ts'
import { countAttempt, takeBackAttempt } from '../platform/auth/attempts.ts'
import { hashSecret } from '../platform/secrets/secrets.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import { readName } from '../platform/text/names.ts'
import { productsToList } from '../platform/text/titles.ts'
import { type Coupon, findCoupon } from '../sales/coupons/find-coupon.ts'
import { readStanding } from '../sales/read-standing.ts'
import { letBuyerIn } from './let-buyer-in.ts'
import { type Page, page } from './page.ts'
import { paths } from './pages/paths.ts'
import type { MessageKind, PageViews } from './pages/views.ts'
import { priceText } from './price-text.ts'
import { notFound, tooMany } from './public.pages.ts'
import { requestLink } from './request-link.ts'
import { attemptAt } from './sign-in.ts'
import type { Visit } from './visit.ts'

const LONGEST_NAME = 200
const LONGEST_SOURCE = 100
const LONGEST_CODE = 100

/** What was entered, or stands in the address. */
interface Given {
  name: string
  email: string
  coupon: string
  source: string
}

const showOffer = page('GET', '/offers/:token', async (visit) => {
  const found = await findOffer(visit)
  if ('closed' in found) return refuse(visit, found.closed)
  const { query } = visit
  const coupon = (query.coupon ?? '').trim().slice(0, LONGEST_CODE)
  const given = { name: '', email: '', coupon, source: (query.utm_source ?? '').slice(0, LONGEST_SOURCE) }
  const tried = await tryCoupon(visit, found.offer, coupon)
  if ('waitSeconds' in tried) return tooMany(visit, tried.waitSeconds)
  return renderOffer(visit, found.offer, given, tried, [])
})

const CLOSED = { not_found: 404, acting: 403, offer_closed: 410 } as const

/** The offer of the address, or why nobody can have it. */
async function findOffer({
  app,
  site,
  params,
  isActing,
}: Visit): Promise<{ offer: OfferForSale } | { closed: keyof typeof CLOSED }> {
  const offer = await readOfferForSale(app.db, site.id, params.token!)
  if (!offer) return { closed: 'not_found' }
  if (isActing) return { closed: 'acting' }
  return offer.isArchived ? { closed: 'offer_closed' } : { offer }
}

/** Whether nothing is to be paid, or the site can take money. */
const isAvailable = async ({ app, site }: Visit, offer: OfferForSale, coupon: Coupon | null) =>
  isFree(snapshotOf(offer, coupon, false)) || (await sellingAccount(app.db, site.id)) !== null

const refuse = (visit: Visit, closed: keyof typeof CLOSED) =>
  closed === 'not_found' ? notFound(visit) : say(visit, closed, CLOSED[closed])

type Tried = { coupon: Coupon | null; problem?: PageViews['offer']['errors'] } | { waitSeconds: number }

/** The coupon of a code, if it can be used. Codes that cannot are counted, so that nobody tries them all. */
async function tryCoupon({ app, site, visitor }: Visit, offer: OfferForSale, code: string): Promise<Tried> {
  if (code === '' || offer.payment_type === 'free') return { coupon: null }
  const attempt = attemptAt(site, 'form', `coupon@${visitor.source}`, visitor)
  const waitSeconds = await countAttempt(app, attempt)
  if (waitSeconds > 0) return { waitSeconds }
  const { id: offerId, currency } = offer
  const found = await findCoupon(app.db, site.id, code, { offerId, currency }, app.clock.now())
  if (found.problem !== undefined)
    return { coupon: null, problem: [{ field: 'coupon', code: found.problem }] }
  await takeBackAttempt(app, attempt)
  return { coupon: found.coupon }
}

const buy = page('POST', '/offers/:token', async (visit) => {
  const found = await findOffer(visit)
  if ('closed' in found) return refuse(visit, found.closed)
  const { offer } = found
  const { app, site, form, member, visitor } = visit
  const given: Given = {
    name: form.name ?? '',
    email: form.email ?? '',
    coupon: (form.coupon ?? '').trim().slice(0, LONGEST_CODE),
    source: (form.source ?? '').slice(0, LONGEST_SOURCE),
  }
  const tried = await tryCoupon(visit, offer, given.coupon)
  if ('waitSeconds' in tried) return tooMany(visit, tried.waitSeconds)
  const couponErrors = tried.problem ?? []
  if (form.apply !== undefined || !(await isAvailable(visit, offer, tried.coupon)))
    return renderOffer(visit, offer, given, tried, couponErrors)
  const buyer = member ? { name: member.name, email: member.email } : readBuyer(given)
  const errors = [...('errors' in buyer ? buyer.errors : []), ...couponErrors]
  if ('errors' in buyer || errors.length > 0) return renderOffer(visit, offer, given, tried, errors)
  const waitSeconds = await countAttempt(app, attemptAt(site, 'form', buyer.email, visitor))
  if (waitSeconds > 0) return tooMany(visit, waitSeconds)
  visit.keepNonce()
  const purchase: WantedPurchase = {
    siteId: site.id,
    offer,
    coupon: tried.coupon,
    ...buyer,
    customerId: member?.customerId ?? null,
    source: given.source || null,
    language: visitor.language,
    nonceHash: hashSecret(visit.nonce!),
  }
  return isFree(snapshotOf(offer, tried.coupon, false))
    ? claim(visit, purchase, given, tried)
    : payFor(visit, purchase, given, tried)
})

type Errors = PageViews['offer']['errors']

function readBuyer({ name, email }: Given): { name: string; email: string } | { errors: Errors } {
  const errors: Errors = []
  const read = readName(name)
  if (read === '') errors.push({ field: 'name', code: 'missing' })
  else if ([...read].length > LONGEST_NAME) errors.push({ field: 'name', code: 'too_long' })
  const address = parseEmailAddress(email)
  if (!address) errors.push({ field: 'email', code: email.trim() === '' ? 'missing' : 'invalid' })
  return errors.length > 0 ? { errors } : { name: read, email: address! }
}

type Usable = Extract<Tried, { coupon: Coupon | null }>

/** Nothing is to be paid: the offer is theirs, and a link leads whoever reads mail at the address to it. */
async function claim(visit: Visit, purchase: WantedPurchase, given: Given, tried: Usable) {
  const { app, site, member, visitor } = visit
  const problem = member ? null : await checkAddress(app, purchase.email)
  if (problem)
    return renderOffer(visit, purchase.offer, given, tried, [{ field: 'email', code: problem.code }])
  const claimed = await claimFree(app, purchase)
  if (claimed.outcome === 'used_up')
    return renderOffer(visit, purchase.offer, given, { coupon: null }, [{ field: 'coupon', code: 'used_up' }])
  if (claimed.outcome === 'not_again') return say(visit, 'not_again', 409)
  if (claimed.outcome === 'taken')
    return renderOffer(visit, purchase.offer, given, tried, [{ field: 'email', code: 'taken' }])
  if (member) return visit.redirect(`${paths.library}?notice=bought`)
  // A new customer is sent a welcome.
  if (!claimed.isNewCustomer) {
    const waitSeconds = await requestLink(app, site, 'sign_in', purchase.email, visitor)
    if (waitSeconds > 0) return tooMany(visit, waitSeconds)
  }
  const { title, token } = purchase.offer
  return visit.render('checkout', {
    about: 'claimed',
    title,
    email: purchase.email,
    path: paths.offer(token),
  })
}

async function payFor(visit: Visit, purchase: WantedPurchase, given: Given, tried: Usable) {
  const { app, site } = visit
  const account = await sellingAccount(app.db, site.id)
  if (!account) return say(visit, 'offer_unavailable', 503)
  const base = siteUrl(app, site)
  const begun = await beginCheckout(app, account, purchase, {
    success: (token) => base + paths.checkout(token),
    cancel: base + paths.offer(purchase.offer.token),
  })
  switch (begun.outcome) {
    case 'session':
      return visit.leave(begun.url)
    case 'paid':
      return visit.redirect(paths.checkout(begun.token))
    case 'used_up':
      return renderOffer(visit, purchase.offer, given, { ...tried, coupon: null }, [
        { field: 'coupon', code: 'used_up' },
      ])
    case 'running':
      return say(visit, 'already_subscribed', 409, paths.billing)
    case 'pending':
      return say(visit, 'payment_pending', 409)
    case 'unavailable':
      visit.setHeader('retry-after', '30')
      return say(visit, 'checkout_unavailable', 503, paths.offer(purchase.offer.token))
  }
}

const say = (visit: Visit, about: MessageKind, status: number, path: string = paths.library) =>
  visit.render('message', { about, path }, status)

async function renderOffer(
  visit: Visit,
  offer: OfferForSale,
  given: Given,
  { coupon, problem = [] }: Usable,
  found: Errors,
) {
  const { app, site, member, visitor } = visit
  const { language } = visitor
  const errors = found.length > 0 ? found : problem
  const standing = await readStanding(
    app.db,
    { siteId: site.id, contactId: member?.contactId ?? null, offerId: offer.id },
    app.clock.now(),
  )
  const snapshot: Snapshot = snapshotOf(offer, coupon, !standing.hadTrial)
  const is_available = await isAvailable(visit, offer, coupon)
  visit.keepNonce()
  // To the page of the payment provider.
  visit.relaxPolicy({ mayLeave: true })
  const path = paths.offer(offer.token)
  return visit.render(
    'offer',
    {
      action: path,
      title: offer.title,
      description: offer.description,
      picture_url: offer.image_url,
      path,
      products: productsToList(offer.title, offer.products),
      price: priceText(language, snapshot),
      applied: coupon && {
        code: coupon.code,
        price: priceText(language, { ...snapshot, coupon: null })[0]!,
      },
      is_available,
      // Where no money is taken, one that covers all of a single payment.
      takes_coupons: offer.payment_type !== 'free' && (is_available || offer.interval === null),
      coupon: given.coupon,
      is_free: isFree(snapshot),
      signed_in_as: member?.email ?? null,
      is_held: standing.isHeld,
      name: given.name,
      email: given.email,
      source: given.source,
      errors,
    },
    errors.length > 0 ? 422 : is_available ? 200 : 503,
  )
}

const CHECK_AGAIN_SECONDS = 5

/** Nobody is let in by the address of this page: it takes the browser that has begun the checkout. */
const returnFromPayment = page('GET', '/checkout/:token', async (visit) => {
  const { app, site, params } = visit
  const checkout = await confirmCheckout(app, site.id, params.token!)
  const offer = checkout && (await readOfferOf(visit, checkout))
  // What was given for free led nowhere else, and nobody comes back from there.
  if (!checkout?.provider_account_id || !offer) return notFound(visit)
  const isOwn = visit.nonce !== null && checkout.nonce_hash.equals(hashSecret(visit.nonce))
  const show = (about: PageViews['checkout']['about']) =>
    visit.render('checkout', {
      about,
      title: checkout.snapshot.title,
      email: isOwn ? checkout.email : null,
      path: paths.offer(offer),
    })
  switch (checkout.state) {
    case 'open':
      visit.setHeader('refresh', String(CHECK_AGAIN_SECONDS))
      return show('confirming')
    case 'paid':
      return (await letBuyerIn(visit, checkout, isOwn))
        ? visit.redirect(`${paths.library}?notice=bought`)
        : show('mailed')
    case 'pending':
    case 'failed':
    case 'expired':
      return show(checkout.state)
  }
  throw new Error(`A checkout is ${checkout.state}`)
})

const readOfferOf = async ({ app, site }: Visit, { offer_id }: Checkout): Promise<string | null> => {
  const offer = await app.db
    .selectFrom('offers')
    .select('token')
    .where('id', '=', offer_id)
    .where('site_id', '=', site.id)
    .executeTakeFirst()
  return offer?.token ?? null
}

export const offerPages: Page[] = [showOffer, buy, returnFromPayment]
