/** Table of contents: every operation of the API, and the pages beside it. */
import { meRoutes } from './accounts/oauth/me.routes.ts'
import { oauthRoutes } from './accounts/oauth/oauth.routes.ts'
import { sites } from './accounts/sites/sites.resource.ts'
import { automationRoutes } from './automations/automations.routes.ts'
import { automationsNaming } from './automations/automations-naming.ts'
import { activationUrlRoutes } from './catalogue/offers/activation-url.routes.ts'
import { offers } from './catalogue/offers/offers.resource.ts'
import { products } from './catalogue/products/products.resource.ts'
import { demoFiles } from './demo/files.ts'
import { emailTemplateRoutes } from './emails/email-templates.routes.ts'
import { emails } from './emails/emails.resource.ts'
import { activationRoutes } from './grants/activation.routes.ts'
import { grants } from './grants/grants.resource.ts'
import { grantRoutes } from './grants/grants.routes.ts'
import { memberPages } from './members/member-pages.ts'
import { healthRoutes } from './operations/health.ts'
import { timelineRoutes } from './operations/timeline/timeline.routes.ts'
import { contactRoutes } from './people/contacts/contacts.routes.ts'
import { customers } from './people/customers/customers.resource.ts'
import { contactTagRoutes } from './people/tags/contact-tags.routes.ts'
import { taggingRoutes } from './people/tags/tags-of-contacts.routes.ts'
import { listRoute, relationshipRoute, showRoute } from './platform/http/resource-routes.ts'
import type { Route } from './platform/http/route.ts'
import type { Extra } from './platform/http/server.ts'
import { useReferrers } from './platform/references/in-use.ts'
import { hookRoutes } from './webhooks/hooks.routes.ts'
import { hooksNaming } from './webhooks/hooks-naming.ts'

useReferrers([automationsNaming, hooksNaming])

export const routes: Route[] = [
  ...oauthRoutes,
  ...meRoutes,
  listRoute(sites),
  showRoute(sites),
  ...contactRoutes,
  ...contactTagRoutes,
  ...taggingRoutes,
  listRoute(customers),
  showRoute(customers),
  relationshipRoute(customers, 'offers'),
  ...grantRoutes,
  listRoute(grants, { extension: true }),
  showRoute(grants, { extension: true }),
  ...timelineRoutes,
  ...activationRoutes,
  listRoute(offers),
  showRoute(offers),
  relationshipRoute(offers, 'products'),
  ...activationUrlRoutes,
  listRoute(products),
  showRoute(products),
  listRoute(emails, { extension: true }),
  showRoute(emails, { extension: true }),
  ...emailTemplateRoutes,
  ...automationRoutes,
  ...hookRoutes,
]

/** What is no operation of the API. Members' pages are listed in public.pages.ts and signed-in.pages.ts. */
export const pages: Extra[] = [healthRoutes, memberPages, demoFiles]
