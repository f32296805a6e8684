/** Table of contents: every resource of the API. Permissions, includes, tags and hints of the API follow from it. */
import { sites } from './accounts/sites/sites.resource.ts'
import { automationRuns } from './automations/automation-runs.resource.ts'
import { automations } from './automations/automations.resource.ts'
import { offers } from './catalogue/offers/offers.resource.ts'
import { products } from './catalogue/products/products.resource.ts'
import { emailTemplates } from './emails/email-templates.resource.ts'
import { emails } from './emails/emails.resource.ts'
import { grants } from './grants/grants.resource.ts'
import { events } from './operations/events/events.resource.ts'
import { contacts } from './people/contacts/contacts.resource.ts'
import { customers } from './people/customers/customers.resource.ts'
import { contactNotes } from './people/notes/contact-notes.resource.ts'
import { customFields } from './people/custom-fields/custom-fields.resource.ts'
import { contactTags } from './people/tags/contact-tags.resource.ts'
import type { Resource } from './platform/jsonapi/resource.ts'
import { hooks } from './webhooks/hooks.resource.ts'
import { webhookDeliveries } from './webhooks/webhook-deliveries.resource.ts'

export const resources: Resource[] = [
  sites,
  contacts,
  contactTags,
  contactNotes,
  customFields,
  customers,
  offers,
  products,
  emails,
  emailTemplates,
  grants,
  automations,
  automationRuns,
  events,
  hooks,
  webhookDeliveries,
]
