/** Table of contents: every operation of the API, and the pages beside it. */
import { apiKeyRoutes } from './accounts/api-keys/api-keys.routes.ts'
import { invitationRoutes } from './accounts/invitations/invitations.routes.ts'
import { meRoutes } from './accounts/oauth/me.routes.ts'
import { oauthRoutes } from './accounts/oauth/oauth.routes.ts'
import { passkeyRoutes } from './accounts/passkeys/passkeys.routes.ts'
import { passwordResetRoutes } from './accounts/passwords/password-resets.routes.ts'
import { roleRecords } from './accounts/roles/roles.resource.ts'
import { sessionRoutes } from './accounts/sessions/sessions.routes.ts'
import { setupRoutes } from './accounts/setup/setup.routes.ts'
import { domainCheckRoutes } from './accounts/sites/domain-check.routes.ts'
import { siteRecords } from './accounts/sites/sites.resource.ts'
import { userRecords, users } from './accounts/users/users.resource.ts'
import { automationPartsRoutes } from './automations/automation-parts.routes.ts'
import { automationRunRoutes } from './automations/automation-runs.routes.ts'
import { automationTestRoutes } from './automations/automation-tests.routes.ts'
import { automationVersionRoutes } from './automations/automation-versions.routes.ts'
import { automationRecords } from './automations/automations.resource.ts'
import { queues } from './background.ts'
import { bulkRoutes } from './bulk/bulk.routes.ts'
import { courseProgress } from './catalogue/course-progress/course-progress.resource.ts'
import { courseRecords } from './catalogue/courses/courses.resource.ts'
import { lessonRecords } from './catalogue/courses/lessons.resource.ts'
import { mediumRecords } from './catalogue/courses/media.resource.ts'
import { moduleRecords } from './catalogue/courses/modules.resource.ts'
import { activationUrlRoutes } from './catalogue/offers/activation-url.routes.ts'
import { offerRecords, offers } from './catalogue/offers/offers.resource.ts'
import { blogPostRecords } from './catalogue/pages/blog-posts.resource.ts'
import { blogs } from './catalogue/pages/blogs.resource.ts'
import { landingPageRecords, websitePageRecords } from './catalogue/pages/pages.resource.ts'
import { podcastRecords } from './catalogue/podcasts.resource.ts'
import { productRecords } from './catalogue/products/products.resource.ts'
import { uploadedFiles } from './catalogue/uploads/uploaded-files.ts'
import { uploadRoutes } from './catalogue/uploads/uploads.routes.ts'
import { demoFiles } from './demo/files.ts'
import { developerSite } from './developer-site/developer-site.ts'
import { CountedEffectSchema, countEffects } from './dry-runs/count-effects.ts'
import { describeEffects } from './dry-runs/describe-effects.ts'
import { dryRunOffers } from './dry-runs/dry-run-offers.ts'
import { EffectSchema } from './dry-runs/effect.ts'
import { emailTemplateRoutes } from './emails/email-templates.routes.ts'
import { emailRoutes } from './emails/emails.routes.ts'
import { resendWelcomeRoutes } from './emails/resend-welcome.routes.ts'
import { exportRoutes } from './exports/exports.routes.ts'
import { formRoutes } from './forms/forms.routes.ts'
import { activationRoutes } from './grants/activation.routes.ts'
import { grantPeriodRoutes } from './grants/grant-period.routes.ts'
import { grants } from './grants/grants.resource.ts'
import { grantRoutes } from './grants/grants.routes.ts'
import { importRoutes } from './imports/imports.routes.ts'
import { mcp } from './mcp/mcp.ts'
import { inviteRoute } from './members/invitations/invitations.routes.ts'
import { memberPages } from './members/member-pages.ts'
import { signInAsRoute } from './members/sign-in-as.routes.ts'
import { merging } from './merging.ts'
import { events } from './operations/events/events.resource.ts'
import { figureRoutes } from './operations/figures/figures.routes.ts'
import { healthRoutes } from './operations/health.ts'
import { advanceClockRoute } from './operations/server/advance-clock.routes.ts'
import { serverRoutes } from './operations/server/server.routes.ts'
import { timelineRoutes } from './operations/timeline/timeline.routes.ts'
import { providerAccountRoutes } from './payments/accounts/provider-accounts.routes.ts'
import { webhookPages } from './payments/inbox/webhook.pages.ts'
import { stripeProvider } from './payments/stripe-provider.ts'
import { contactAliases, contactAliasRecords } from './people/contacts/contact-aliases.resource.ts'
import { contactRoutes } from './people/contacts/contacts.routes.ts'
import { exportRoute } from './people/contacts/export.routes.ts'
import { filterRoutes } from './people/contacts/filters.routes.ts'
import { mergeRoute } from './people/contacts/merge.routes.ts'
import { customFieldRecords } from './people/custom-fields/custom-fields.resource.ts'
import { customers } from './people/customers/customers.resource.ts'
import { contactNoteRecords } from './people/notes/contact-notes.resource.ts'
import { segmentRoutes } from './people/segments/segments.routes.ts'
import { contactTagRecords } from './people/tags/contact-tags.resource.ts'
import { taggingRoutes } from './people/tags/tags-of-contacts.routes.ts'
import { personalData } from './personal-data.ts'
import { crudRoutes, endRoute, updateRoute } from './platform/http/crud-routes.ts'
import { listRoute, relationshipRoute, showRoute } from './platform/http/resource-routes.ts'
import type { Route } from './platform/http/route.ts'
import type { Extra } from './platform/http/server.ts'
import { portal } from './portal/portal.ts'
import { couponRecords } from './sales/coupons/coupons.resource.ts'
import { orderItems } from './sales/orders/order-items.resource.ts'
import { orders } from './sales/orders/orders.resource.ts'
import { payouts } from './sales/payouts/payouts.resource.ts'
import { purchases } from './sales/purchases/purchases.resource.ts'
import { reportRoutes } from './sales/reports/reports.routes.ts'
import { salesRoutes } from './sales/sales.routes.ts'
import { transactions } from './sales/transactions/transactions.resource.ts'
import { testControls } from './test-controls/controls.pages.ts'
import { hookRoutes } from './webhooks/hooks.routes.ts'
import { advanceClock, countExpiring } from './worker/advance-clock.ts'

export const routes: Route[] = [
  ...oauthRoutes,
  ...sessionRoutes,
  ...passkeyRoutes,
  ...passwordResetRoutes,
  ...setupRoutes,
  ...meRoutes,
  ...crudRoutes(siteRecords, {
    end: 'The site and everything in it become unreachable; its contacts can no longer be exported or deleted. It must not be in use: no customer holds an offer of it, and its automations and hooks are disabled. The only site of an account cannot be archived.',
  }),
  ...figureRoutes,
  ...filterRoutes,
  ...domainCheckRoutes,
  ...contactRoutes(personalData),
  mergeRoute(merging),
  exportRoute(personalData),
  signInAsRoute,
  inviteRoute,
  listRoute(contactAliases),
  showRoute(contactAliases),
  endRoute(contactAliasRecords, {
    end: 'Releases the address: it no longer finds the contact, and another contact can get it.',
  }),
  ...crudRoutes(contactTagRecords, {
    create: 'The name must be unique (case-insensitive) among the tags of the site that are not archived.',
    update:
      'Contacts with the tag keep it under the new name. An archived tag is only changed as it is restored.',
    end: 'The tag is no longer listed, shown with contacts or matched by filters, and its name can be reused. It can still be fetched by id, because events refer to it.',
  }),
  ...taggingRoutes,
  ...crudRoutes(contactNoteRecords, {
    update: 'Only the text can be changed; a note stays with its contact.',
    end: 'The note is permanently removed.',
  }),
  ...crudRoutes(customFieldRecords, {
    create:
      'Without a `handle`, the field has the lowest number that the site has never used; without a `type`, it is a `TextField`. `SelectBoxField` and `RadioButtonsField` require `select_options`, one on each line, different from each other. A site has at most 150 custom fields.',
    update:
      'Handle and type stay as they are. Contacts keep values that new `select_options` no longer contain.',
    end: 'The field is no longer listed, contacts no longer show it, and its handle is not used again. Contacts keep their values. Automations and e-mails that name it continue to work.',
  }),
  ...segmentRoutes,
  listRoute(customers),
  showRoute(customers),
  relationshipRoute(customers, 'offers'),
  ...grantRoutes({ effect: EffectSchema, run: dryRunOffers }),
  listRoute(grants),
  showRoute(grants),
  ...grantPeriodRoutes({ effect: EffectSchema, describe: describeEffects }),
  ...timelineRoutes,
  listRoute(orders),
  showRoute(orders),
  listRoute(orderItems),
  showRoute(orderItems),
  listRoute(purchases),
  showRoute(purchases),
  listRoute(transactions),
  showRoute(transactions),
  ...reportRoutes,
  listRoute(payouts),
  showRoute(payouts),
  ...salesRoutes(stripeProvider),
  ...crudRoutes(couponRecords, {
    create:
      'It takes off either `percent_off` or `amount_off_in_cents` of a `currency`. The code is unique in the site for ever, in upper or lower case, also when the coupon is archived. `ends_at` without a time is the end of that day.',
    update:
      'Sales and open checkouts keep the discount that they have. `offers` replaces the offers that the coupon is for; without any, it is for all.',
    end: 'The code is refused from then on. Sales keep their discounts, and subscriptions those that go on.',
  }),
  ...activationRoutes,
  ...bulkRoutes({ effect: CountedEffectSchema, begin: countEffects }),
  ...importRoutes,
  ...exportRoutes,
  ...crudRoutes(offerRecords, {
    create:
      'Without a `payment_type`, an offer with a price is `single` and one without is `free`. `products` are the products that the offer gives access to.',
    update:
      '`products` replaces the products of the offer, also for customers who hold it. Access limits apply to later grants.',
    end: 'The offer is no longer listed and cannot be granted; customers who hold it keep it.',
  }),
  relationshipRoute(offers, 'products'),
  ...activationUrlRoutes,
  ...formRoutes,
  ...crudRoutes(productRecords, {
    end: 'The product is no longer listed and cannot be added to offers. It must not be part of an offer that is not archived.',
  }),
  ...crudRoutes(courseRecords, {
    create: 'A course is a product, with the same id: add it to an offer to grant it.',
    end: 'As for the product that it is: the course must not be part of an offer that is not archived.',
  }),
  ...crudRoutes(moduleRecords, {
    create: 'Without a `position` the module comes last. Its title must be unique within the course.',
    update: '`position` moves the module within its course.',
    end: 'The module and its lessons are no longer shown in the course.',
  }),
  ...crudRoutes(lessonRecords, {
    create: 'Without a `position` the lesson comes last in its module.',
    update: '`position` moves the lesson within its module, `module` moves it to another module.',
    end: 'The lesson is no longer shown in its course.',
  }),
  ...crudRoutes(mediumRecords, {
    create:
      '`url` is an https address, also of a video at YouTube, Vimeo or Wistia, or the `url` of an upload. `kind` follows from it unless it is given.',
    end: 'The medium is no longer shown in its lesson.',
  }),
  listRoute(courseProgress),
  showRoute(courseProgress),
  ...uploadRoutes,
  ...crudRoutes(podcastRecords, { end: 'The podcast and its public page are no longer shown.' }),
  listRoute(blogs),
  showRoute(blogs),
  ...crudRoutes(blogPostRecords, {
    create:
      '`content` is HTML. Without a `slug` it follows from the title. Published at `published_at`; without it, a draft.',
    end: 'The post is no longer shown, and its slug can be reused.',
  }),
  ...crudRoutes(landingPageRecords, {
    create:
      '`content` is HTML. Without a `slug` it follows from the title. Published at `publish_at`; without it, a draft.',
    end: 'The page is no longer shown, and its slug can be reused.',
  }),
  ...crudRoutes(websitePageRecords, {
    create:
      '`content` is HTML. Without a `slug` it follows from the title. Published at `publish_at`; without it, a draft.',
    end: 'The page is no longer shown, and its slug can be reused.',
  }),
  ...emailRoutes,
  ...resendWelcomeRoutes,
  ...emailTemplateRoutes,
  ...automationPartsRoutes,
  ...automationTestRoutes,
  ...crudRoutes(automationRecords, {
    create:
      'Enabled unless `enabled` is false. Everything it refers to must exist on the site. Requires the permissions for its trigger and actions.',
    update:
      'Active runs keep the version they started with; those of a disabled automation stop before their next step. Requires the permissions for its trigger and actions, except to rename or disable it.',
    end: 'Waiting runs end at once, with the reason `automation_deleted`. All runs are kept.',
  }),
  ...automationVersionRoutes,
  ...automationRunRoutes,
  ...hookRoutes,
  ...providerAccountRoutes,
  listRoute(events),
  showRoute(events),
  ...apiKeyRoutes,
  listRoute(users),
  showRoute(users),
  updateRoute(
    userRecords,
    {
      update:
        'Another role applies at once, also to the API keys of the user. Nobody changes their own role, gives a role that permits more than they may do, or changes somebody who may do more.',
    },
    { needsRecentSignIn: true },
  ),
  endRoute(
    userRecords,
    {
      end: 'The user leaves the team: their API keys, sessions, tokens and links end. The owner of the account cannot leave, and nobody removes somebody who may do more.',
    },
    { needsRecentSignIn: true },
  ),
  ...crudRoutes(
    roleRecords,
    {
      create: 'The caller needs every permission of the role.',
      update:
        'Changed `permissions` apply to the next request of every user with the role, and of their API keys. The caller needs the permissions that the role has, and those that it gets; nobody changes their own role.',
      end: 'The role must be that of no user and of no open invitation.',
    },
    { needsRecentSignIn: true },
  ),
  ...invitationRoutes,
  ...serverRoutes,
  advanceClockRoute({ advance: advanceClock, countExpiring }),
]

/** What is no operation of the API. Members' pages are listed in public.pages.ts and signed-in.pages.ts. */
export const pages: Extra[] = [
  healthRoutes(queues),
  memberPages,
  webhookPages,
  demoFiles,
  uploadedFiles,
  portal,
  developerSite,
  mcp,
  testControls,
]
