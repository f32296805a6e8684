/** Sales in the portal: recorded, refunded, ended and canceled; coupons, reports, and the connection with Stripe. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setPassword } from '../../src/accounts/set-password.ts'
import { makeUser, unique } from '../../src/testing/fixtures.ts'
import { startWithStripe, type WithStripe } from '../../src/testing/stripe/connect.ts'
import { STRIPE_TEST_KEY } from '../../src/testing/stripe/keys.ts'
import { openPortalOf, PASSWORD, type Portal, signedIn, type Watched } from './open-portal.ts'

let portal: Portal<WithStripe>
let page: Watched
let course: string
let monthly: string
beforeAll(async () => {
  portal = await openPortalOf(startWithStripe())
  course = await offer('Watercolour Basics', { payment_type: 'single', price_in_cents: 9900 })
  monthly = await offer('The Circle', {
    payment_type: 'subscription',
    price_in_cents: 2900,
    interval: 'month',
  })
  page = await signedIn(portal)
})
afterAll(() => portal?.close())

async function offer(title: string, terms: object): Promise<string> {
  const data = { type: 'offers', attributes: { title, ...terms } }
  return (await portal.h.client.post('/v1/offers', { data })).body.data.id
}

const dialog = () => page.getByRole('dialog')
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const card = (title: string) => page.locator('.card', { hasText: title })

/** Records a sale through the API. @returns the id of its purchase */
async function bought(offer_id: string): Promise<string> {
  const { client } = portal.h
  const attributes = { email: `buyer${unique()}@example.com`, name: 'Grace Hopper', items: [{ offer_id }] }
  const order = await client.post('/v1/orders', { data: { type: 'orders', attributes } })
  const { body } = await client.get(`/v1/purchases?filter[order_id]=${order.body.data.id}`)
  return body.data[0].id
}

const purchase = async (id: string) => (await portal.h.client.get(`/v1/purchases/${id}`)).body.data.attributes

test('a sale is recorded, refunded in part and in full, and reactivated', async () => {
  await page.goto(`${portal.site}/orders`)
  await page.getByRole('button', { name: 'Record a sale' }).first().click()
  await dialog().getByLabel('E-mail', { exact: true }).fill('ada@example.com')
  await dialog().getByLabel('Name', { exact: true }).fill('Ada Lovelace')
  await dialog().getByRole('combobox', { name: 'Offer' }).click()
  await page.getByRole('option', { name: 'Watercolour Basics' }).click()
  await dialog().getByLabel('Discount').fill('19.80')
  // A code of the shop: the site has no such coupon.
  await dialog().getByLabel('Paid through').fill('shop')
  await dialog().getByLabel('Coupon').fill('SPRING20')
  await dialog().getByLabel('Reference').fill('shop-1001')
  await dialog().getByText('An order of $79.20 is recorded as paid.').waitFor()
  await dialog().getByRole('button', { name: 'Record the sale' }).click()
  await heading('Order 1').waitFor()

  await page.getByRole('button', { name: 'Refund' }).click()
  await dialog().getByLabel('A part').click()
  await dialog().getByLabel('Amount').fill('30')
  await dialog().getByText('Access stays: a part is paid back.').waitFor()
  await dialog().getByRole('button', { name: 'Refund $30.00' }).click()
  await page.locator('.heading').getByText('Refunded in part').waitFor()
  await page.getByRole('row', { name: 'Left $49.20' }).waitFor()

  await page.getByRole('button', { name: 'Refund' }).click()
  await dialog().getByText('Access ends for what is paid back in full.').waitFor()
  // Enter right away pays nothing back.
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel')
  await dialog().getByRole('button', { name: 'Refund $49.20' }).click()
  await page.getByRole('row', { name: 'Left $0.00' }).waitFor()
  const { data } = (await portal.h.client.get('/v1/transactions?filter[action]=refund&sort=amount_in_cents'))
    .body
  expect(data.map(({ attributes }: { attributes: object }) => attributes)).toMatchObject([
    { amount_in_cents: -4920 },
    { amount_in_cents: -3000 },
  ])

  await card('Purchases').getByRole('link', { name: 'Watercolour Basics' }).click()
  await page.getByText('Access has ended because everything was paid back.').waitFor()
  await page.getByRole('button', { name: 'Reactivate' }).click()
  await dialog().getByText('What has ended access is ignored: Refunded.').waitFor()
  await dialog().getByRole('button', { name: 'Reactivate' }).click()
  await card('Access').getByText('Lifted by reactivation').waitFor()
  await card('Access').getByText('Has access').waitFor()
  expect(page.problems).toEqual([])
})

test('a refund whose answer was lost is sent again, and pays back once', async () => {
  const { client } = portal.h
  const attributes = {
    email: `lost${unique()}@example.com`,
    items: [{ offer_id: await offer('Pastels', { price_in_cents: 5000 }) }],
  }
  const { id } = (await client.post('/v1/orders', { data: { type: 'orders', attributes } })).body.data
  let lost = 0
  await page.route('**/v1/orders/*/refunds', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch()
    await route.abort('connectionreset')
  })
  await page.goto(`${portal.site}/orders/${id}?dialog=refund`)
  await dialog().getByLabel('A part').click()
  await dialog().getByLabel('Amount').fill('10')
  await dialog().getByRole('button', { name: 'Refund $10.00' }).click()
  await dialog().getByText('The server cannot be reached.').waitFor()
  await dialog().getByRole('button', { name: 'Refund $10.00' }).click()
  await page.getByRole('row', { name: 'Left $40.00' }).waitFor()
  await page.unroute('**/v1/orders/*/refunds')
  const { body } = await client.get(`/v1/transactions?filter[order_id]=${id}&filter[action]=refund`)
  expect([lost, body.data.length]).toEqual([2, 1])
  page.problems = []
})

test('a purchase ends with a day, and a subscription is canceled after its consequences were stated', async () => {
  const id = await bought(monthly)
  await page.goto(`${portal.site}/subscriptions`)
  await page.getByRole('link', { name: 'The Circle' }).first().click()
  await page.getByRole('button', { name: 'Deactivate' }).click()
  await dialog().getByLabel('At the end of a day').click()
  await dialog().getByLabel('Last day of access').fill('2099-06-30')
  await dialog().getByText('The subscription goes on and is charged.').waitFor()
  await dialog().getByRole('button', { name: 'Deactivate' }).click()
  await page.getByText('Access ends then because somebody has set this end.').waitFor()
  expect((await purchase(id)).deactivated_at).toBe('2099-07-01T00:00:00.000Z')
  await card('Access').getByText('after Jun 30, 2099').waitFor()
  expect(await page.getByRole('button', { name: 'Reactivate' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Remove the end' }).click()
  await dialog().getByText('The purchase goes on giving access to The Circle.').waitFor()
  await dialog().getByRole('button', { name: 'Remove the end' }).click()
  await page.getByText('The end of access to The Circle is removed.').waitFor()
  expect((await purchase(id)).deactivated_at).toBeNull()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Cancel the subscription' }).click()
  await dialog().getByText('ends at once, also within a period that was paid').waitFor()
  expect(await purchase(id)).toMatchObject({ status: 'active' })
  await dialog().getByRole('button', { name: 'Cancel the subscription' }).click()
  await page.locator('.heading').getByText('Canceled').waitFor()
  expect(await purchase(id)).toMatchObject({ status: 'canceled', deactivation_reason: 'canceled' })
  expect(page.problems).toEqual([])
})

test('what a contact has bought is shown beside their grants, and another sale is recorded there', async () => {
  const id = await bought(course)
  const { body } = await portal.h.client.get(`/v1/purchases/${id}?include=customer`)
  const contactId = body.included[0].relationships.contact.data.id
  await page.goto(`${portal.site}/contacts/${contactId}`)
  await card('Sales').getByRole('link', { name: 'Watercolour Basics' }).waitFor()
  await card('Sales').getByRole('button', { name: 'Record a sale' }).click()
  await dialog().getByText('The customer is Grace Hopper.').waitFor()
  await dialog().getByRole('combobox', { name: 'Offer' }).click()
  await page.getByRole('option', { name: 'The Circle' }).click()
  await dialog().getByRole('button', { name: 'Record the sale' }).click()
  await heading(/^Order \d+$/).waitFor()
  const { data } = (await portal.h.client.get(`/v1/purchases?filter[contact_id]=${contactId}`)).body
  expect(data).toHaveLength(2)
})

test('a coupon is created, changed, archived and restored', async () => {
  await page.goto(`${portal.site}/coupons`)
  await page.getByRole('button', { name: 'New coupon' }).first().click()
  await dialog().getByLabel('Code').fill('AUTUMN 10')
  await dialog().getByLabel('Percentage', { exact: true }).fill('10')
  await dialog().getByRole('button', { name: 'Create' }).click()
  // What the server refuses is said beside its field, and nothing is lost.
  await expect
    .poll(() => dialog().getByLabel('Code').getAttribute('aria-invalid'), { timeout: 20_000 })
    .toBe('true')
  await dialog().getByLabel('Code').fill('AUTUMN10')
  await dialog().getByLabel('Last day').fill('2099-11-30')
  await dialog().getByRole('button', { name: 'Create' }).click()
  await heading('AUTUMN10').waitFor()
  await page.getByText('Nov 30, 2099').waitFor()

  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog().getByText('An amount', { exact: true }).click()
  await dialog().getByLabel('Amount', { exact: true }).fill('5.50')
  await dialog().getByRole('button', { name: 'Save' }).click()
  await page.getByText('$5.50 off').waitFor()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Archive' }).click()
  await dialog().getByText('The code is refused from now on.').waitFor()
  await dialog().getByRole('button', { name: 'Archive' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: 'AUTUMN10' }).waitFor()
  const { data } = (await portal.h.client.get('/v1/coupons?filter[code]=autumn10')).body
  expect(data[0].attributes).toMatchObject({
    percent_off: null,
    amount_off_in_cents: 550,
    currency: 'USD',
    ends_at: '2099-12-01T00:00:00.000Z',
  })
  expect(page.problems).toEqual([])
})

test('revenue is on the home page and in a report, as a chart and as a table', async () => {
  const { totals } = (await portal.h.client.get('/v1/reports/revenue')).body.data.attributes
  const net = `$${(totals[0].net / 100).toFixed(2)}`
  await page.goto(`${portal.site}/home`)
  const today = card('Net revenue today')
  await today.getByText(net, { exact: true }).waitFor()
  await today.getByRole('link', { name: 'Report' }).click()
  await page.getByRole('img', { name: `Net revenue by day` }).waitFor()
  await page.getByRole('button', { name: 'Net revenue by day as a table' }).click()
  await page.getByRole('region', { name: 'Net revenue by day' }).getByRole('cell', { name: net }).waitFor()
  await page.getByRole('row', { name: 'The Circle' }).waitFor()
  await page.getByRole('link', { name: 'Subscriptions', exact: true }).last().click()
  await page.getByText('Lost subscriptions as a share of those at the start of the month.').waitFor()
  expect(page.problems).toEqual([])
})

test('Stripe is connected in three steps, and its key is not shown again', async () => {
  const { h } = portal
  await page.goto(`${portal.site}/offers/${course}/checkout`)
  await page.getByText('The site cannot take payments yet').waitFor()
  await page.getByRole('link', { name: 'To the settings of payments' }).click()
  await page.getByLabel('Secret key').fill('pk_test_wrong')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await expect
    .poll(() => page.getByLabel('Secret key').getAttribute('aria-invalid'), { timeout: 20_000 })
    .toBe('true')
  await page.getByLabel('Secret key').fill(STRIPE_TEST_KEY)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('Stripe checks the key').waitFor()
  await h.drain()
  const account = card('Stripe, test mode')
  await account.getByText('Connected', { exact: true }).waitFor()
  expect(await page.content()).not.toContain(STRIPE_TEST_KEY)

  await account.getByRole('button', { name: 'Test the webhook' }).click()
  await account.getByText('Waiting for the notification').waitFor()
  await h.drain()
  expect(await h.stripe.deliver(h.stripe.takeEvents())).toEqual([200])
  await account.getByText('The notification has arrived').waitFor()
  expect(page.problems).toEqual([])
})

test('whoever buys at the checkout of an offer has an order in the portal, which Stripe pays back', async () => {
  const { h } = portal
  await page.goto(`${portal.site}/offers/${course}/checkout`)
  await page.getByText('Whoever opens this address sees the offer with its price').waitFor()
  const [checkout] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Open the page' }).click(),
  ])
  await checkout.getByLabel('Name', { exact: true }).fill('Mary Somerville')
  await checkout.getByLabel('E-mail', { exact: true }).fill('mary@example.com')
  await checkout.getByRole('button', { name: 'Continue to payment' }).click()
  await checkout.getByLabel('Name on card').fill('M. Somerville')
  await checkout.getByRole('button', { name: 'Pay', exact: true }).click()
  await checkout.waitForURL((url) => url.host === new URL(h.url).host)
  await checkout.close()
  await h.stripe.deliver(h.stripe.takeEvents())
  await h.drain()

  await page.goto(`${portal.site}/orders`)
  const row = page.getByRole('row', { name: 'Mary Somerville' })
  await row.getByText('Test', { exact: true }).last().waitFor()
  await row.getByRole('link', { name: /^Order/ }).click()
  await card('Purchases').getByText('Has access').waitFor()
  await page.getByRole('button', { name: 'Refund' }).click()
  await dialog().getByText('Stripe pays back $99.00. If it refuses, nothing changes.').waitFor()
  await dialog().getByRole('button', { name: 'Refund $99.00' }).click()
  await page.getByRole('row', { name: 'Left $0.00' }).waitFor()
  expect(h.stripe.state.objects.all('refund')).toMatchObject([{ amount: 9900 }])
  expect(page.problems).toEqual([])
})

test('Stripe is disconnected after the consequences were stated', async () => {
  await page.goto(`${portal.site}/settings/payments`)
  const account = card('Stripe, test mode')
  await account.getByRole('button', { name: 'Actions for the connection' }).click()
  await page.getByRole('menuitem', { name: 'Disconnect' }).click()
  await dialog().getByText('The webhook endpoint is removed from your Stripe account').waitFor()
  await dialog().getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('heading', { name: 'Connect Stripe', exact: true }).waitFor()
  expect(page.problems).toEqual([])
})

test('who may only look sees sales, and nothing that would change them', async () => {
  const { app, account } = portal.h
  const id = await bought(course)
  const user = await makeUser(app, account, [
    'view:sites',
    'view:purchases',
    'view:offers',
    'view:customers',
    'view:coupons',
  ])
  await setPassword(app, account.id, user.email, PASSWORD)
  const looking = await signedIn({ ...portal, email: user.email })
  // Of the home page, which this is not about.
  await looking.waitForLoadState('networkidle')
  looking.problems.length = 0
  const links = looking.getByRole('navigation', { name: 'Pages' }).getByRole('link')
  expect(await links.allTextContents()).toEqual([
    'Home',
    'Offers',
    'Purchases',
    'Subscriptions',
    'Coupons',
    'Reports',
  ])
  await looking.goto(`${portal.site}/purchases/${id}`)
  await looking.getByText('The purchase gives access, and nothing ends it.').waitFor()
  expect(await looking.locator('main').getByRole('button').allTextContents()).toEqual([])
  expect(await looking.getByRole('heading', { name: 'Payments' }).count()).toBe(0)
  await looking.goto(`${portal.site}/coupons`)
  await looking.getByRole('link', { name: 'AUTUMN10' }).waitFor()
  expect(await looking.getByRole('button', { name: 'New coupon' }).count()).toBe(0)
  expect(looking.problems).toEqual([])
})
