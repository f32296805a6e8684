/** Table of contents: every page of the portal, with its address below /admin. */

import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { readClock } from './api/clock.ts'
import { queryClient } from './api/queries.ts'
import { RequestProblem } from './api/request.ts'
import { meQuery, sitesQuery } from './api/session.ts'
import { NotFound, PageProblem } from './parts/problem.tsx'
import { parseSearch, type Search, stringifySearch } from './parts/search.ts'
import { withTexts } from './texts/translate.ts'

const validateSearch = (search: Record<string, unknown>) => search as Search

const root = createRootRoute({ validateSearch, notFoundComponent: NotFound, errorComponent: PageProblem })

/** A page that is loaded when it is first opened. @param name of its component in the module */
const page = <Parent extends AnyRoute, Path extends string, Name extends string>(
  parent: Parent,
  path: Path,
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
) => createRoute({ getParentRoute: () => parent, path, component: lazyRouteComponent(load, name) })

const signIn = page(root, 'sign-in', () => import('./pages/entry/sign-in.tsx'), 'SignIn')

const link = page(root, 'link/$token', () => import('./pages/entry/link.tsx'), 'SignInLink')
const setup = page(root, 'setup/$token', () => import('./pages/entry/setup.tsx'), 'Setup')
const invitation = page(root, 'invite/$token', () => import('./pages/entry/invitation.tsx'), 'Invitation')
const requestReset = page(root, 'reset', () => import('./pages/entry/reset.tsx'), 'RequestReset')
const reset = page(root, 'reset/$token', () => import('./pages/entry/reset.tsx'), 'Reset')

/** Sends who is not signed in to the sign-in page, and back afterwards. */
async function requireSession({ location }: { location: { href: string } }) {
  try {
    const [me, sites] = await Promise.all([
      queryClient.ensureQueryData(meQuery),
      queryClient.ensureQueryData(sitesQuery),
    ])
    await readClock(me.data.attributes.permissions)
    return { me, sites }
  } catch (error) {
    if (error instanceof RequestProblem && error.status === 401)
      throw redirect({ to: '/sign-in', search: { next: `/admin${location.href}` } })
    throw error
  }
}

const inside = createRoute({ getParentRoute: () => root, id: 'inside', beforeLoad: requireSession })

const start = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad({ context: { sites } }) {
    throw sites[0]
      ? redirect({ to: '/s/$site/home', params: { site: sites[0].attributes.subdomain } })
      : redirect({ to: '/account/keys' })
  },
})

const site = page(inside, 's/$site', () => import('./shell/shell.tsx'), 'SiteShell')

const account = page(inside, 'account', () => import('./shell/shell.tsx'), 'AccountShell')

const home = page(site, 'home', () => import('./pages/home.tsx'), 'Home')
const contacts = page(site, 'contacts', () => import('./pages/contacts/contacts.tsx'), 'Contacts')
const contact = page(
  site,
  'contacts/$id',
  () => withTexts('sales', import('./pages/contacts/contact.tsx')),
  'ContactPage',
)
const tags = page(site, 'tags', () => import('./pages/tags.tsx'), 'Tags')
const fields = page(site, 'fields', () => import('./pages/custom-fields.tsx'), 'CustomFields')
const bulkJobs = page(site, 'bulk-jobs', () => import('./pages/bulk/bulk-jobs.tsx'), 'BulkJobs')
const bulkJob = page(site, 'bulk-jobs/$id', () => import('./pages/bulk/bulk-job.tsx'), 'BulkJobPage')
const offers = page(site, 'offers', () => withTexts('sales', import('./pages/offers/offers.tsx')), 'Offers')
const offer = page(
  site,
  'offers/$id',
  () => withTexts('sales', import('./pages/offers/offer.tsx')),
  'OfferPage',
)
const offerTab = page(
  site,
  'offers/$id/$tab',
  () => withTexts('sales', import('./pages/offers/offer.tsx')),
  'OfferPage',
)
const products = page(site, 'products', () => import('./pages/products/products.tsx'), 'Products')
const course = page(site, 'products/$id', () => import('./pages/products/course.tsx'), 'CoursePage')
const courseSettings = page(
  course,
  '/',
  () => import('./pages/products/course-settings.tsx'),
  'CourseSettings',
)
const lesson = page(course, 'lessons/$lesson', () => import('./pages/products/lesson.tsx'), 'LessonPage')
const contentStart = page(site, 'pages', () => import('./pages/content/content-list.tsx'), 'ContentStart')
const contentList = page(site, 'pages/$kind', () => import('./pages/content/content-list.tsx'), 'ContentList')
const contentPage = page(
  site,
  'pages/$kind/$id',
  () => import('./pages/content/content-page.tsx'),
  'ContentPage',
)
const orders = page(site, 'orders', () => withTexts('sales', import('./pages/sales/orders.tsx')), 'Orders')
const order = page(
  site,
  'orders/$id',
  () => withTexts('sales', import('./pages/sales/order.tsx')),
  'OrderPage',
)
const purchases = page(
  site,
  'purchases',
  () => withTexts('sales', import('./pages/sales/purchases.tsx')),
  'Purchases',
)
const purchase = page(
  site,
  'purchases/$id',
  () => withTexts('sales', import('./pages/sales/purchase.tsx')),
  'PurchasePage',
)
const subscriptions = page(
  site,
  'subscriptions',
  () => withTexts('sales', import('./pages/sales/subscriptions.tsx')),
  'Subscriptions',
)
const transactions = page(
  site,
  'transactions',
  () => withTexts('sales', import('./pages/sales/transactions.tsx')),
  'Transactions',
)
const transaction = page(
  site,
  'transactions/$id',
  () => withTexts('sales', import('./pages/sales/transaction.tsx')),
  'TransactionPage',
)
const payouts = page(
  site,
  'payouts',
  () => withTexts('sales', import('./pages/sales/payouts.tsx')),
  'Payouts',
)
const payout = page(
  site,
  'payouts/$id',
  () => withTexts('sales', import('./pages/sales/payout.tsx')),
  'PayoutPage',
)
const coupons = page(
  site,
  'coupons',
  () => withTexts('sales', import('./pages/sales/coupons.tsx')),
  'Coupons',
)
const coupon = page(
  site,
  'coupons/$id',
  () => withTexts('sales', import('./pages/sales/coupon.tsx')),
  'CouponPage',
)
const reports = page(
  site,
  'reports',
  () => withTexts('sales', import('./pages/reports/reports.tsx')),
  'Reports',
)
const report = page(
  site,
  'reports/$report',
  () => withTexts('sales', import('./pages/reports/reports.tsx')),
  'Reports',
)
const imports = page(
  site,
  'imports',
  () => withTexts('imports', import('./pages/imports/imports.tsx')),
  'Imports',
)
const importPage = page(
  site,
  'imports/$id',
  () => withTexts('imports', import('./pages/imports/import.tsx')),
  'ImportPage',
)
const importTab = page(
  site,
  'imports/$id/$tab',
  () => withTexts('imports', import('./pages/imports/import.tsx')),
  'ImportPage',
)
const dataExports = page(
  site,
  'exports',
  () => withTexts('imports', import('./pages/imports/exports.tsx')),
  'Exports',
)
const forms = page(site, 'forms', () => import('./pages/forms/forms.tsx'), 'Forms')
const form = page(site, 'forms/$id', () => import('./pages/forms/form.tsx'), 'FormPage')
const formBuilder = page(form, '/', () => import('./pages/forms/builder.tsx'), 'Builder')
const formShare = page(form, 'share', () => import('./pages/forms/share.tsx'), 'ShareForm')
const formSubmissions = page(
  form,
  'submissions',
  () => import('./pages/forms/submissions.tsx'),
  'Submissions',
)
const emails = page(site, 'emails', () => import('./pages/emails.tsx'), 'Emails')
const webhooks = page(site, 'webhooks', () => import('./pages/webhooks/webhooks.tsx'), 'Webhooks')
const deliveries = page(site, 'deliveries', () => import('./pages/webhooks/deliveries.tsx'), 'Deliveries')
const automations = page(
  site,
  'automations',
  () => import('./pages/automations/automations.tsx'),
  'Automations',
)
const newAutomation = page(
  site,
  'automations/new',
  () => import('./pages/automations/new-automation.tsx'),
  'NewAutomation',
)
const allRuns = page(site, 'automations/runs', () => import('./pages/automations/runs.tsx'), 'Runs')
const automation = page(
  site,
  'automations/$id',
  () => import('./pages/automations/automation.tsx'),
  'AutomationPage',
)
const runs = page(site, 'automations/$id/runs', () => import('./pages/automations/runs.tsx'), 'Runs')
const run = page(site, 'automations/$id/runs/$run', () => import('./pages/automations/run.tsx'), 'RunPage')
const templates = page(site, 'templates', () => import('./pages/templates/templates.tsx'), 'Templates')
const template = page(site, 'templates/$kind', () => import('./pages/templates/template.tsx'), 'TemplatePage')
const templateOfAutomations = page(
  site,
  'templates/$kind/$id',
  () => import('./pages/templates/template.tsx'),
  'TemplatePage',
)
const activity = page(site, 'activity', () => import('./pages/activity/activity.tsx'), 'Activity')

const settings = createRoute({
  getParentRoute: () => site,
  path: 'settings',
  beforeLoad({ params, location }) {
    if (/\/settings\/?$/.test(location.pathname))
      throw redirect({ to: '/s/$site/settings/$section', params: { ...params, section: 'site' } })
  },
})
const settingsSection = page(
  site,
  'settings/$section',
  () => import('./pages/settings/settings.tsx'),
  'Settings',
)

const keys = page(account, 'keys', () => import('./pages/keys/keys.tsx'), 'Keys')
const connect = page(account, 'connect', () => import('./pages/keys/connect.tsx'), 'Connect')

const team = page(account, 'team', () => import('./pages/team/team.tsx'), 'Team')

const profile = page(account, 'profile', () => import('./pages/account/profile.tsx'), 'Profile')

const routeTree = root.addChildren([
  signIn,
  link,
  setup,
  invitation,
  requestReset,
  reset,
  inside.addChildren([
    start,
    site.addChildren([
      home,
      contacts,
      contact,
      tags,
      fields,
      bulkJobs,
      bulkJob,
      offers,
      offer,
      offerTab,
      products,
      course.addChildren([courseSettings, lesson]),
      contentStart,
      contentList,
      contentPage,
      orders,
      order,
      purchases,
      purchase,
      subscriptions,
      transactions,
      transaction,
      payouts,
      payout,
      coupons,
      coupon,
      reports,
      report,
      imports,
      importPage,
      importTab,
      dataExports,
      forms,
      form.addChildren([formBuilder, formShare, formSubmissions]),
      emails,
      webhooks,
      deliveries,
      automations,
      newAutomation,
      allRuns,
      automation,
      runs,
      run,
      templates,
      template,
      templateOfAutomations,
      activity,
      settings,
      settingsSection,
    ]),
    account.addChildren([keys, connect, team, profile]),
  ]),
])

export const router = createRouter({
  routeTree,
  basepath: '/admin',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageProblem,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
