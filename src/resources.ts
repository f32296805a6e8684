/** Table of contents: every resource of the API. Permissions, includes, tags and hints of the API follow from it. */
import { apiKeys } from './accounts/api-keys/api-keys.resource.ts'
import { invitations } from './accounts/invitations/invitations.resource.ts'
import { roles } from './accounts/roles/roles.resource.ts'
import { sites } from './accounts/sites/sites.resource.ts'
import { users } from './accounts/users/users.resource.ts'
import { automationRuns } from './automations/automation-runs.resource.ts'
import { automations } from './automations/automations.resource.ts'
import { bulkJobRows } from './bulk/bulk-job-rows.resource.ts'
import { bulkJobs } from './bulk/bulk-jobs.resource.ts'
import { courseProgress } from './catalogue/course-progress/course-progress.resource.ts'
import { courses } from './catalogue/courses/courses.resource.ts'
import { lessons } from './catalogue/courses/lessons.resource.ts'
import { media } from './catalogue/courses/media.resource.ts'
import { modules } from './catalogue/courses/modules.resource.ts'
import { offers } from './catalogue/offers/offers.resource.ts'
import { blogPosts } from './catalogue/pages/blog-posts.resource.ts'
import { blogs } from './catalogue/pages/blogs.resource.ts'
import { landingPages, websitePages } from './catalogue/pages/pages.resource.ts'
import { podcasts } from './catalogue/podcasts.resource.ts'
import { products } from './catalogue/products/products.resource.ts'
import { uploads } from './catalogue/uploads/uploads.resource.ts'
import { emailTemplates } from './emails/email-templates.resource.ts'
import { emails } from './emails/emails.resource.ts'
import { fields } from './forms/fields.resource.ts'
import { formSubmissions } from './forms/form-submissions.resource.ts'
import { forms } from './forms/forms.resource.ts'
import { grants } from './grants/grants.resource.ts'
import { importRows } from './imports/import-rows.resource.ts'
import { imports } from './imports/imports.resource.ts'
import { events } from './operations/events/events.resource.ts'
import { providerAccounts } from './payments/accounts/provider-accounts.resource.ts'
import { contactAliases } from './people/contacts/contact-aliases.resource.ts'
import { contacts } from './people/contacts/contacts.resource.ts'
import { customFields } from './people/custom-fields/custom-fields.resource.ts'
import { customers } from './people/customers/customers.resource.ts'
import { contactNotes } from './people/notes/contact-notes.resource.ts'
import { segments } from './people/segments/segments.resource.ts'
import { contactTags } from './people/tags/contact-tags.resource.ts'
import type { Resource } from './platform/jsonapi/resource.ts'
import { coupons } from './sales/coupons/coupons.resource.ts'
import { orderItems } from './sales/orders/order-items.resource.ts'
import { orders } from './sales/orders/orders.resource.ts'
import { payouts } from './sales/payouts/payouts.resource.ts'
import { purchases } from './sales/purchases/purchases.resource.ts'
import { transactions } from './sales/transactions/transactions.resource.ts'
import { hooks } from './webhooks/hooks.resource.ts'
import { webhookDeliveries } from './webhooks/webhook-deliveries.resource.ts'

export const resources: Resource[] = [
  sites,
  contacts,
  contactAliases,
  contactTags,
  contactNotes,
  customFields,
  segments,
  customers,
  offers,
  products,
  courses,
  modules,
  lessons,
  media,
  courseProgress,
  uploads,
  podcasts,
  blogs,
  blogPosts,
  landingPages,
  websitePages,
  forms,
  fields,
  formSubmissions,
  emails,
  emailTemplates,
  grants,
  orders,
  orderItems,
  purchases,
  transactions,
  payouts,
  coupons,
  bulkJobs,
  bulkJobRows,
  imports,
  importRows,
  automations,
  automationRuns,
  events,
  hooks,
  webhookDeliveries,
  providerAccounts,
  apiKeys,
  users,
  roles,
  invitations,
]
