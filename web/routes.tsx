/** Table of contents: every page of the portal, with its address below /admin. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { readClock } from './api/clock.ts'
import { queryClient } from './api/queries.ts'
import { RequestProblem } from './api/request.ts'
import { meQuery, sitesQuery } from './api/session.ts'
import { NotFound, PageProblem } from './parts/problem.tsx'
import { parseSearch, type Search, stringifySearch } from './parts/search.ts'

const validateSearch = (search: Record<string, unknown>) => search as Search

const root = createRootRoute({ validateSearch, notFoundComponent: NotFound, errorComponent: PageProblem })

const signIn = createRoute({
  getParentRoute: () => root,
  path: 'sign-in',
  component: lazyRouteComponent(() => import('./pages/entry/sign-in.tsx'), 'SignIn'),
})

const link = createRoute({
  getParentRoute: () => root,
  path: 'link/$token',
  component: lazyRouteComponent(() => import('./pages/entry/link.tsx'), 'SignInLink'),
})
const setup = createRoute({
  getParentRoute: () => root,
  path: 'setup/$token',
  component: lazyRouteComponent(() => import('./pages/entry/setup.tsx'), 'Setup'),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: 'invite/$token',
  component: lazyRouteComponent(() => import('./pages/entry/invitation.tsx'), 'Invitation'),
})
const requestReset = createRoute({
  getParentRoute: () => root,
  path: 'reset',
  component: lazyRouteComponent(() => import('./pages/entry/reset.tsx'), 'RequestReset'),
})
const reset = createRoute({
  getParentRoute: () => root,
  path: 'reset/$token',
  component: lazyRouteComponent(() => import('./pages/entry/reset.tsx'), 'Reset'),
})

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

const site = createRoute({
  getParentRoute: () => inside,
  path: 's/$site',
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'SiteShell'),
})

const account = createRoute({
  getParentRoute: () => inside,
  path: 'account',
  component: lazyRouteComponent(() => import('./shell/shell.tsx'), 'AccountShell'),
})

const home = createRoute({
  getParentRoute: () => site,
  path: 'home',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'Home'),
})
const contacts = createRoute({
  getParentRoute: () => site,
  path: 'contacts',
  component: lazyRouteComponent(() => import('./pages/contacts/contacts.tsx'), 'Contacts'),
})
const contact = createRoute({
  getParentRoute: () => site,
  path: 'contacts/$id',
  component: lazyRouteComponent(() => import('./pages/contacts/contact.tsx'), 'ContactPage'),
})
const tags = createRoute({
  getParentRoute: () => site,
  path: 'tags',
  component: lazyRouteComponent(() => import('./pages/tags.tsx'), 'Tags'),
})
const fields = createRoute({
  getParentRoute: () => site,
  path: 'fields',
  component: lazyRouteComponent(() => import('./pages/custom-fields.tsx'), 'CustomFields'),
})
const bulkJobs = createRoute({
  getParentRoute: () => site,
  path: 'bulk-jobs',
  component: lazyRouteComponent(() => import('./pages/bulk/bulk-jobs.tsx'), 'BulkJobs'),
})
const bulkJob = createRoute({
  getParentRoute: () => site,
  path: 'bulk-jobs/$id',
  component: lazyRouteComponent(() => import('./pages/bulk/bulk-job.tsx'), 'BulkJobPage'),
})
const offers = createRoute({
  getParentRoute: () => site,
  path: 'offers',
  component: lazyRouteComponent(() => import('./pages/offers/offers.tsx'), 'Offers'),
})
const offer = createRoute({
  getParentRoute: () => site,
  path: 'offers/$id',
  component: lazyRouteComponent(() => import('./pages/offers/offer.tsx'), 'OfferPage'),
})
const offerTab = createRoute({
  getParentRoute: () => site,
  path: 'offers/$id/$tab',
  component: lazyRouteComponent(() => import('./pages/offers/offer.tsx'), 'OfferPage'),
})
const products = createRoute({
  getParentRoute: () => site,
  path: 'products',
  component: lazyRouteComponent(() => import('./pages/products/products.tsx'), 'Products'),
})
const course = createRoute({
  getParentRoute: () => site,
  path: 'products/$id',
  component: lazyRouteComponent(() => import('./pages/products/course.tsx'), 'CoursePage'),
})
const courseSettings = createRoute({
  getParentRoute: () => course,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/products/course-settings.tsx'), 'CourseSettings'),
})
const lesson = createRoute({
  getParentRoute: () => course,
  path: 'lessons/$lesson',
  component: lazyRouteComponent(() => import('./pages/products/lesson.tsx'), 'LessonPage'),
})
const contentStart = createRoute({
  getParentRoute: () => site,
  path: 'pages',
  component: lazyRouteComponent(() => import('./pages/content/content-list.tsx'), 'ContentStart'),
})
const contentList = createRoute({
  getParentRoute: () => site,
  path: 'pages/$kind',
  component: lazyRouteComponent(() => import('./pages/content/content-list.tsx'), 'ContentList'),
})
const contentPage = createRoute({
  getParentRoute: () => site,
  path: 'pages/$kind/$id',
  component: lazyRouteComponent(() => import('./pages/content/content-page.tsx'), 'ContentPage'),
})
const forms = createRoute({
  getParentRoute: () => site,
  path: 'forms',
  component: lazyRouteComponent(() => import('./pages/forms/forms.tsx'), 'Forms'),
})
const form = createRoute({
  getParentRoute: () => site,
  path: 'forms/$id',
  component: lazyRouteComponent(() => import('./pages/forms/form.tsx'), 'FormPage'),
})
const formBuilder = createRoute({
  getParentRoute: () => form,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/forms/builder.tsx'), 'Builder'),
})
const formShare = createRoute({
  getParentRoute: () => form,
  path: 'share',
  component: lazyRouteComponent(() => import('./pages/forms/share.tsx'), 'ShareForm'),
})
const formSubmissions = createRoute({
  getParentRoute: () => form,
  path: 'submissions',
  component: lazyRouteComponent(() => import('./pages/forms/submissions.tsx'), 'Submissions'),
})
const emails = createRoute({
  getParentRoute: () => site,
  path: 'emails',
  component: lazyRouteComponent(() => import('./pages/emails.tsx'), 'Emails'),
})
const webhooks = createRoute({
  getParentRoute: () => site,
  path: 'webhooks',
  component: lazyRouteComponent(() => import('./pages/webhooks.tsx'), 'Webhooks'),
})
const deliveries = createRoute({
  getParentRoute: () => site,
  path: 'deliveries',
  component: lazyRouteComponent(() => import('./pages/deliveries.tsx'), 'Deliveries'),
})
const automations = createRoute({
  getParentRoute: () => site,
  path: 'automations',
  component: lazyRouteComponent(() => import('./pages/automations/automations.tsx'), 'Automations'),
})
const newAutomation = createRoute({
  getParentRoute: () => site,
  path: 'automations/new',
  component: lazyRouteComponent(() => import('./pages/automations/new-automation.tsx'), 'NewAutomation'),
})
const allRuns = createRoute({
  getParentRoute: () => site,
  path: 'automations/runs',
  component: lazyRouteComponent(() => import('./pages/automations/runs.tsx'), 'Runs'),
})
const automation = createRoute({
  getParentRoute: () => site,
  path: 'automations/$id',
  component: lazyRouteComponent(() => import('./pages/automations/automation.tsx'), 'AutomationPage'),
})
const runs = createRoute({
  getParentRoute: () => site,
  path: 'automations/$id/runs',
  component: lazyRouteComponent(() => import('./pages/automations/runs.tsx'), 'Runs'),
})
const run = createRoute({
  getParentRoute: () => site,
  path: 'automations/$id/runs/$run',
  component: lazyRouteComponent(() => import('./pages/automations/run.tsx'), 'RunPage'),
})
const templates = createRoute({
  getParentRoute: () => site,
  path: 'templates',
  component: lazyRouteComponent(() => import('./pages/templates/templates.tsx'), 'Templates'),
})
const template = createRoute({
  getParentRoute: () => site,
  path: 'templates/$kind',
  component: lazyRouteComponent(() => import('./pages/templates/template.tsx'), 'TemplatePage'),
})
const templateOfAutomations = createRoute({
  getParentRoute: () => site,
  path: 'templates/$kind/$id',
  component: lazyRouteComponent(() => import('./pages/templates/template.tsx'), 'TemplatePage'),
})
const activity = createRoute({
  getParentRoute: () => site,
  path: 'activity',
  component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'Activity'),
})

const settings = createRoute({
  getParentRoute: () => site,
  path: 'settings',
  beforeLoad({ params, location }) {
    if (/\/settings\/?$/.test(location.pathname))
      throw redirect({ to: '/s/$site/settings/$section', params: { ...params, section: 'site' } })
  },
})
const settingsSection = createRoute({
  getParentRoute: () => site,
  path: 'settings/$section',
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
})

const keys = createRoute({
  getParentRoute: () => account,
  path: 'keys',
  component: lazyRouteComponent(() => import('./pages/keys/keys.tsx'), 'Keys'),
})
const connect = createRoute({
  getParentRoute: () => account,
  path: 'connect',
  component: lazyRouteComponent(() => import('./pages/keys/connect.tsx'), 'Connect'),
})

const team = createRoute({
  getParentRoute: () => account,
  path: 'team',
  component: lazyRouteComponent(() => import('./pages/team.tsx'), 'Team'),
})

const profile = createRoute({
  getParentRoute: () => account,
  path: 'profile',
  component: lazyRouteComponent(() => import('./pages/account/profile.tsx'), 'Profile'),
})

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
