/** Table of contents: every operation of the API, and the pages beside it. */
import { meRoutes } from './auth/me.routes.ts'
import { oauthRoutes } from './auth/oauth.routes.ts'
import { automationRoutes } from './automations/automations.routes.ts'
import { contactTagRoutes } from './contacts/contact-tags.routes.ts'
import { contactRoutes } from './contacts/contacts.routes.ts'
import { taggingRoutes } from './contacts/tags-of-contacts.routes.ts'
import { customers } from './customers/customers.resource.ts'
import { emailTemplateRoutes } from './emails/email-templates.routes.ts'
import { emails } from './emails/emails.resource.ts'
import { activationRoutes } from './grants/activation.routes.ts'
import { grants } from './grants/grants.resource.ts'
import { grantRoutes } from './grants/grants.routes.ts'
import { storyRoutes } from './grants/story.routes.ts'
import { listRoute, relationshipRoute, showRoute } from './http/resource-routes.ts'
import type { Route } from './http/route.ts'
import { demoFiles } from './demo-files.ts'
import type { Extra } from './http/server.ts'
import { memberPages } from './members/member-pages.ts'
import { activationUrlRoutes } from './offers/activation-url.routes.ts'
import { offers } from './offers/offers.resource.ts'
import { products } from './products/products.resource.ts'
import { sites } from './sites/sites.resource.ts'
import { hookRoutes } from './webhooks/hooks.routes.ts'

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
  ...storyRoutes,
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

/** Every page is listed in door.routes.ts and inside.routes.ts. */
export const pages: Extra[] = [memberPages, demoFiles]
