/** Table of contents: every module that keeps data of a contact, in the order in which they erase it. */
import { automationsData } from './automations/personal-data.ts'
import { bulkData } from './bulk/personal-data.ts'
import { progressData } from './catalogue/course-progress/personal-data.ts'
import { emailsData } from './emails/personal-data.ts'
import { formsData } from './forms/personal-data.ts'
import { grantsData } from './grants/personal-data.ts'
import { importsData } from './imports/personal-data.ts'
import { linksData } from './links/personal-data.ts'
import { sessionsData } from './members/personal-data.ts'
import { paymentsData } from './payments/personal-data.ts'
import { contactsData } from './people/contacts/personal-data.ts'
import { customersData } from './people/customers/personal-data.ts'
import { notesData } from './people/notes/personal-data.ts'
import { tagsData } from './people/tags/personal-data.ts'
import { attemptsData } from './platform/auth/personal-data.ts'
import { eventsData } from './platform/events/personal-data.ts'
import type { PersonalData } from './platform/personal-data.ts'
import { salesData } from './sales/personal-data.ts'
import { webhooksData } from './webhooks/personal-data.ts'

export const personalData: PersonalData[] = [
  salesData,
  grantsData,
  contactsData,
  customersData,
  progressData,
  linksData,
  sessionsData,
  attemptsData,
  formsData,
  eventsData,
  tagsData,
  notesData,
  emailsData,
  automationsData,
  webhooksData,
  bulkData,
  importsData,
  paymentsData,
]
