/** Every page that members can come to, with something in it: for looking at them all. */
import type { Browser, Page } from 'playwright-core'
import { countAttempt } from '../src/platform/auth/attempts.ts'
import { makeOffer, makeProduct } from '../src/testing/fixtures.ts'
import type { Harness } from '../src/testing/harness.ts'
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
  type Site,
  signIn,
} from './member-site.ts'

export interface Room {
  name: string
  heading: string
  /** Brings one of the pages there; `inside` is that of who is signed in. */
  enter: (pages: { door: Page; inside: Page }) => Promise<Page>
}

export interface House {
  rooms: Room[]
  /** Of who is signed in. */
  email: string
}

/** Makes somebody who has, had and will have something, and a link of every kind. */
export async function furnish(h: Harness, browser: Browser, site: Site): Promise<House> {
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

  const room = (name: string, heading: string, path: string, act?: (page: Page) => Promise<void>): Room => ({
    name,
    heading,
    async enter({ door, inside }) {
      const page = /^(library|product|lesson|account|message-no)/.test(name) ? inside : door
      await page.goto(site.url + path)
      await act?.(page)
      return page
    },
  })
  const tooShort = (page: Page) => choosePassword(page, 'short')
  const rooms = [
    room('sign_in', 'Sign in', '/sign-in'),
    room('sign_in-wrong', 'Sign in', '/sign-in', (page) => signIn(page, site.url, 'a@example.com', 'wrong')),
    room('request_link', 'Forgot your password?', '/request-link'),
    room('request_link-wrong', 'Sign in by e-mail', '/request-link?purpose=sign_in', (page) =>
      askFor(page, '?'),
    ),
    room('link_sent', 'Check your inbox', '/request-link', (page) => askFor(page, 'a@example.com')),
    room('link_ended', 'This link has expired or has already been used', '/password/used'),
    room('welcome', `Welcome to ${site.title}`, welcomeLink),
    room('welcome-wrong', `Welcome to ${site.title}`, welcomeLink, tooShort),
    room('welcome-shown', `Welcome to ${site.title}`, welcomeLink, async (page) => {
      await page.locator('#password').fill('seven quiet rivers')
      await page.locator('.reveal').click()
    }),
    room('reset_password', 'Choose a new password', reset),
    room('follow_link-sign_in', `Sign in to ${site.title}`, signInLink),
    room('follow_link-email', 'Confirm your new address', emailLink),
    room('gift', 'A gift from Uncle Bob', giftLink),
    room('gift-wrong', 'A gift from Uncle Bob', giftLink, tooShort),
    room('library', 'Your library', '/'),
    room('product', 'Weaving for winter', '/', (page) =>
      page.getByRole('link', { name: 'Weaving for winter' }).click(),
    ),
    room('lesson', 'Choosing a yarn', '/', async (page) => {
      await page.getByRole('link', { name: 'Weaving for winter' }).click()
      await page.getByRole('link', { name: 'Start with the first lesson' }).click()
    }),
    room('account', 'Your account', '/account'),
    room('account-wrong', 'Your account', '/account', (page) =>
      page.getByRole('button', { name: 'Save password' }).click(),
    ),
    room('message-no_access', "You don't have access to this", `/products/${ended}`),
    room('message-signed_out', 'You are signed out', '/sign-in', async (page) => {
      await signIn(page, site.url, person.email)
      await page.getByRole('button', { name: 'Sign out' }).click()
    }),
    room('problem', 'Page not found', '/nothing-here'),
    room('problem-too_many_guesses', 'Too many attempts', '/sign-in', async (page) => {
      const busy = { realm: `site:${site.id}`, kind: 'password', person: 'busy@example.com' } as const
      for (let i = 0; i < 11; i++) await countAttempt(h.app, { ...busy, source: '127.0.0.1' })
      await signIn(page, site.url, 'busy@example.com')
    }),
  ]
  return { rooms, email: person.email }
}
