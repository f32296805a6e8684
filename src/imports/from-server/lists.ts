/** What is imported from another server, in this order. */
import { access, accessPeriods } from './lists/access.ts'
import { blogPosts, landingPages, offers, podcasts, products, websitePages } from './lists/catalogue.ts'
import { contactNotes, contacts } from './lists/contacts.ts'
import { courses } from './lists/courses.ts'
import { customers } from './lists/customers.ts'
import { formSubmissions, forms } from './lists/forms.ts'
import { contactTags, customFields } from './lists/labels.ts'
import { orders, purchases, transactions } from './lists/sales.ts'
import type { SourceList } from './source-list.ts'

export const lists: SourceList[] = [
  products,
  courses,
  offers,
  contactTags,
  customFields,
  podcasts,
  blogPosts,
  landingPages,
  websitePages,
  forms,
  contacts,
  contactNotes,
  customers,
  formSubmissions,
  orders,
  purchases,
  transactions,
  access,
  accessPeriods,
]
