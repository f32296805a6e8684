/** Every page that members can reach, with content, for tests of all pages. */
import type { Browser, Page } from 'playwright-core'
import { completeLesson } from '../src/catalogue/course-progress/complete-lesson.ts'
import { countAttempt } from '../src/platform/auth/attempts.ts'
import { inTransaction } from '../src/platform/db/database.ts'
import { makeContent, makePart } from '../src/testing/content.ts'
import { makeCustomField, makeOffer, makeProduct } from '../src/testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../src/testing/forms.ts'
import type { Harness } from '../src/testing/harness.ts'
import { connectStripe, type WithStripe } from '../src/testing/stripe/connect.ts'
import { beginCheckout, MONTHLY } from '../src/testing/stripe/shop.ts'
import {
  askFor,
  choosePassword,
  DAY_MS,
  grant,
  grantMore,
  linkFor,
  makeCourse,
  makeMember,
  openPage,
  type Person,
  type Site,
  signIn,
} from './member-site.ts'

export interface MemberPage {
  name: string
  heading: string
  /** Navigates one of the browser pages to it; `signedIn` has a session. */
  enter: (pages: { signedOut: Page; signedIn: Page }) => Promise<Page>
}

export interface MemberPages {
  memberPages: MemberPage[]
  /** E-mail of the signed-in member. */
  email: string
}

/**
 * Adds a picture, a sound and a file to the first lesson of a course, and a lesson that does not open.
 *
 * @returns the path of that lesson
 */
async function addToCourse(h: Harness, title: string): Promise<string> {
  const [course] = (await h.client.get(`/v1/courses?filter[title_eq]=${title}`)).body.data
  const [lesson] = course.relationships.lessons.data
  for (const [url, what] of [
    ['https://example.com/wool.jpg', 'A ball of wool'],
    ['https://example.com/loom.mp3', 'The sound of a loom'],
    ['https://example.com/pattern.pdf', 'The pattern'],
  ])
    await makePart(h.client, 'media', lesson.id, { url, title: what })
  const module = course.relationships.modules.data.at(-1).id
  const attributes = { title: 'Washing the wool', publishing_option: 'locked' }
  return `/products/${course.id}/lessons/${await makePart(h.client, 'lessons', module, attributes)}`
}

/** Completes every lesson of a course. @returns the path of the first one */
async function completeAll(h: Harness, siteId: string, person: Person, courseId: string): Promise<string> {
  const course = (await h.client.get(`/v1/courses/${courseId}`)).body.data
  const lessons: string[] = course.relationships.lessons.data.map(({ id }: { id: string }) => id)
  for (const lessonId of lessons)
    await inTransaction(h.app.db, (tx) =>
      completeLesson(tx, { ...person, siteId, courseId, lessonId }, h.app.clock.now()),
    )
  return `/products/${courseId}/lessons/${lessons[0]}`
}

/** Creates a member with current, ended and future access, and a link of every kind. */
export async function createMemberPages(h: WithStripe, browser: Browser, site: Site): Promise<MemberPages> {
  const person = await makeMember(h, browser, site)
  const product = (title: string) => makeProduct(h.app, site.id, title)
  const later = new Date(h.app.clock.now().getTime() + 5 * DAY_MS)
  const ended = await product('A month of patterns')
  const offers = [
    {
      title: 'Winter term',
      access_days: 90,
      productIds: [await makeCourse(h, site.id, 'Weaving for winter')],
    },
    { title: 'Summer term', access_begins_at: later, productIds: [await product('Summer at the loom')] },
    { title: 'Trial', access_days: 1, productIds: [ended] },
  ]
  for (const offer of offers) await grantMore(h, person.contactId, await makeOffer(h.app, site.id, offer))
  const past = new Date(h.app.clock.now().getTime() - DAY_MS)
  await h.app.db
    .updateTable('offer_grants')
    .set({ starts_at: past, expires_at: h.app.clock.now() })
    .where('offer_id', 'in', (from) => from.selectFrom('offers').select('id').where('title', '=', 'Trial'))
    .execute()
  const gift = { from_name: 'Uncle Bob', message: 'For the long evenings.\n\nYours, Bob' }
  const offerId = await makeOffer(h.app, site.id, {
    title: 'A box of wool',
    is_gift: true,
    productIds: [ended],
  })
  const given = await grant(h, site.id, offerId, { gift })
  const newcomer = await grant(h, site.id, await makeOffer(h.app, site.id, offers[0]))
  const [welcomeLink, giftLink] = [await linkFor(h, newcomer, 'welcome'), await linkFor(h, given, 'gift')]

  const asking = await openPage(browser)
  for (const purpose of ['password', 'sign_in']) {
    await asking.goto(`${site.url}/request-link?purpose=${purpose}`)
    await askFor(asking, person.email)
  }
  await signIn(asking, site.url, person.email)
  await asking.goto(`${site.url}/account`)
  await asking.getByLabel('New e-mail address').fill('ada.of.the.mills@example.com')
  await asking.locator('#confirm_password').fill('seven quiet rivers')
  await asking.getByRole('button', { name: 'Send confirmation' }).click()
  await asking.context().close()
  const reset = await linkFor(h, person, 'password')
  const signInLink = await linkFor(h, person, 'sign_in')
  const emailLink = await linkFor(h, person, 'email_change')

  const closedLesson = await addToCourse(h, 'Weaving for winter')
  const completed = await makeCourse(h, site.id, 'Mending')
  await grantMore(h, person.contactId, await makeOffer(h.app, site.id, { productIds: [completed] }))
  const completedLesson = await completeAll(h, site.id, person, completed)
  const podcast = await makeContent(h.client, 'podcasts', {
    title: 'At the loom',
    author: 'Ada of the mills',
    description: 'An hour with a weaver, every week.',
    directories: [{ id: 'Spotify', url: 'https://example.com/show' }],
  })
  for (const title of ['Three colours of wool', 'How to mend'])
    await makeContent(h.client, 'blog_posts', {
      title,
      content:
        '<p>Red, blue and <a href="https://example.com/">grey</a>.</p><h2>Red</h2><ul><li>Warm</li></ul>',
      page_description: 'Which ones to begin with.',
      published_at: '2026-01-01T00:00:00Z',
    })

  const memberPage = (
    name: string,
    heading: string,
    path: string,
    act?: (page: Page) => Promise<void>,
  ): MemberPage => ({
    name,
    heading,
    async enter({ signedOut, signedIn }) {
      const page =
        /^(library|product|lesson|closed_lesson|certificate|account|billing|cancel|receipt|message-no)/.test(
          name,
        )
          ? signedIn
          : signedOut
      await page.goto(site.url + path)
      await act?.(page)
      return page
    },
  })
  const tooShort = (page: Page) => choosePassword(page, 'short')
  const memberPages = [
    memberPage('sign_in', 'Sign in', '/sign-in'),
    memberPage('sign_in-wrong', 'Sign in', '/sign-in', (page) =>
      signIn(page, site.url, 'a@example.com', 'wrong'),
    ),
    memberPage('request_link', 'Forgot your password?', '/request-link'),
    memberPage('request_link-wrong', 'Sign in by e-mail', '/request-link?purpose=sign_in', (page) =>
      askFor(page, '?'),
    ),
    memberPage('link_sent', 'Check your inbox', '/request-link', (page) => askFor(page, 'a@example.com')),
    memberPage('link_ended', 'This link has expired or has already been used', '/password/used'),
    memberPage('welcome', `Welcome to ${site.title}`, welcomeLink),
    memberPage('welcome-wrong', `Welcome to ${site.title}`, welcomeLink, tooShort),
    memberPage('welcome-shown', `Welcome to ${site.title}`, welcomeLink, async (page) => {
      await page.locator('#password').fill('seven quiet rivers')
      await page.locator('.reveal').click()
    }),
    memberPage('reset_password', 'Choose a new password', reset),
    memberPage('follow_link-sign_in', `Sign in to ${site.title}`, signInLink),
    memberPage('follow_link-email', 'Confirm your new address', emailLink),
    memberPage('gift', 'A gift from Uncle Bob', giftLink),
    memberPage('gift-wrong', 'A gift from Uncle Bob', giftLink, tooShort),
    memberPage('library', 'Your library', '/'),
    memberPage('product', 'Weaving for winter', '/', (page) =>
      page.getByRole('link', { name: 'Weaving for winter' }).click(),
    ),
    memberPage('lesson', 'Choosing a yarn', '/', async (page) => {
      await page.getByRole('link', { name: 'Weaving for winter' }).click()
      await page.getByRole('link', { name: /^(Start with the first lesson|Continue: )/ }).click()
    }),
    memberPage('lesson-complete', 'Choosing a yarn', completedLesson),
    memberPage('product-complete', 'Mending', `/products/${completed}`),
    memberPage('certificate', 'Certificate of completion', `/products/${completed}/certificate`),
    memberPage('closed_lesson', 'Washing the wool', closedLesson),
    memberPage('account', 'Your account', '/account'),
    memberPage('account-wrong', 'Your account', '/account', (page) =>
      page.getByRole('button', { name: 'Save password' }).click(),
    ),
    ...(await formPages(h, site, memberPage)),
    ...(await shopPages(h, site, person, memberPage)),
    memberPage('message-no_access', "You don't have access to this", `/products/${ended}`),
    memberPage('message-signed_out', 'You are signed out', '/sign-in', async (page) => {
      await signIn(page, site.url, person.email)
      await page.getByRole('button', { name: 'Sign out' }).click()
    }),
    memberPage('blog', 'Blog', '/blog'),
    memberPage('article', 'Three colours of wool', '/blog', (page) =>
      page.getByRole('link', { name: 'Three colours of wool' }).click(),
    ),
    memberPage('podcast', 'At the loom', `/podcasts/${podcast}`),
    memberPage('problem', 'Page not found', '/nothing-here'),
    memberPage('problem-too_many_guesses', 'Too many attempts', '/sign-in', async (page) => {
      const busy = { realm: `site:${site.id}`, kind: 'password', person: 'busy@example.com' } as const
      for (let i = 0; i < 11; i++) await countAttempt(h.app, { ...busy, source: '127.0.0.1' })
      await signIn(page, site.url, 'busy@example.com')
    }),
  ]
  return { memberPages, email: person.email }
}

type MakePage = (
  name: string,
  heading: string,
  path: string,
  act?: (page: Page) => Promise<void>,
) => MemberPage

/** The page of a form with fields of every kind, and what follows it. */
async function formPages(h: Harness, site: Site, memberPage: MakePage): Promise<MemberPage[]> {
  const select_options = 'By a friend\nElsewhere'
  const types = ['TextAreaField', 'SelectBoxField', 'RadioButtonsField', 'CheckboxField'] as const
  for (const [index, type] of types.entries()) {
    const choices = /Select|Radio/.test(type) ? { select_options } : {}
    await makeCustomField(h.app, site.id, {
      number: index + 1,
      type,
      title: `About you: ${type}`,
      ...choices,
    })
  }
  const inputs = ['name', 'email', 'phone_number', ...types.map((_, index) => `custom_${index + 1}`)]
  const form = await makeForm(h.app, site.id, {
    attributes: {
      title: 'Write to us',
      description: 'We read everything.',
      inputs: inputs.map((handle) => ({ handle, required: handle !== 'phone_number' })),
    },
  })
  const list = await makeForm(h.app, site.id, {
    attributes: { title: 'Join the list', double_opt_in: true, success_message: 'You are on the list.' },
  })
  const [waiting, confirmed] = [await confirmationLink(h, list), await confirmationLink(h, list)]
  /** As without the script of the page. */
  const send = (page: Page) => page.evaluate("document.querySelector('form[data-bestow-form]').submit()")
  const path = `/forms/${form}`
  return [
    memberPage('form', 'Write to us', path),
    memberPage('form-wrong', 'Write to us', path, async (page) => {
      await Promise.all([page.waitForNavigation(), send(page)])
    }),
    memberPage('form-inline', 'Write to us', path, async (page) => {
      await page.getByRole('button', { name: 'Submit' }).click()
      await page.locator('.error').first().waitFor()
    }),
    memberPage('form_sent-waiting', 'Check your inbox', `/forms/${list}`, async (page) => {
      await page.getByLabel('Name').fill('Ada Miller')
      await page.getByLabel('E-mail').fill('ada.waits@example.com')
      await Promise.all([page.waitForNavigation(), send(page)])
    }),
    memberPage('follow_link-form', 'Confirm your address', waiting),
    memberPage('form_sent', 'Thank you', confirmed, async (page) => {
      const button = page.getByRole('button', { name: 'Confirm this address' })
      if (await button.isVisible()) await button.click()
    }),
  ]
}

/** The page of an offer, what follows it, and what the member has bought. */
async function shopPages(
  h: WithStripe,
  site: Site,
  person: Person,
  memberPage: MakePage,
): Promise<MemberPage[]> {
  const account = await connectStripe(h)
  const offerId = await makeOffer(h.app, site.id, {
    title: 'A year at the loom',
    productIds: [
      await makeProduct(h.app, site.id, 'Twelve patterns'),
      await makeProduct(h.app, site.id, 'A circle of weavers'),
    ],
  })
  const { token } = await h.app.db
    .updateTable('offers')
    .set({
      description: 'One pattern a month.\n\nAnd a circle of people who weave it with you.',
      price_in_cents: 2900,
      payment_type: 'subscription',
      interval: 'month',
      trial_days: 14,
    })
    .where('id', '=', offerId)
    .returning('token')
    .executeTakeFirstOrThrow()
  await h.client.post('/v1/coupons', {
    data: { type: 'coupons', attributes: { code: 'WOOL', percent_off: 50 } },
  })
  const bought = { customerId: person.customerId, email: person.email }
  const monthly = await beginCheckout(h, account, { ...MONTHLY, ...bought, title: 'The circle' })
  const single = await beginCheckout(h, account, { ...bought, title: 'A box of wool' })
  const other = await beginCheckout(h, account, { title: 'A box of wool' })
  const expired = await beginCheckout(h, account, { title: 'A box of wool' })
  for (const { session } of [monthly, single, other]) h.stripe.pay(session)
  h.stripe.expire(expired.session)
  h.stripe.refund(h.stripe.chargeOf(single.session).id, 900)
  await h.stripe.deliver(h.stripe.takeEvents())
  await h.drain()
  const path = `/offers/${token}`
  const [subscription] = (await h.client.get('/v1/purchases?filter[payment_type]=subscription')).body.data
  const [payment] = subscription.relationships.transactions.data
  return [
    memberPage('offer', 'A year at the loom', `${path}?coupon=WOOL`),
    memberPage('offer-wrong', 'A year at the loom', path, async (page) => {
      await page.getByLabel('Coupon code').fill('SILK')
      await page.getByRole('button', { name: 'Continue to payment' }).last().click()
      await page.locator('#coupon-error').waitFor()
    }),
    memberPage('checkout', 'This checkout has expired', `/checkout/${expired.token}`),
    memberPage('checkout-mailed', 'Thank you for your purchase', `/checkout/${other.token}`),
    memberPage('billing', 'Purchases', '/billing'),
    memberPage(
      'cancel_subscription',
      'Cancel this subscription?',
      `/billing/purchases/${subscription.id}/cancel`,
    ),
    memberPage('receipt', 'Receipt', `/billing/receipts/${payment.id}`),
  ]
}

async function confirmationLink(h: Harness, form: string): Promise<string> {
  const person = newcomer()
  await h.client.post(`/v1/forms/${form}/submit`, submissionBody(person))
  await h.drain()
  const { text } = await h.app.db
    .selectFrom('emails')
    .select('text')
    .where('kind', '=', 'form_confirmation')
    .where('to_email', '=', person.email)
    .executeTakeFirstOrThrow()
  return /\/form\/[\w-]+/.exec(text!)![0]
}
