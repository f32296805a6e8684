/** Table of contents: every module that moves what it keeps of a contact to another one, in the order in which they do. */
import { runsMerging } from './automations/merging.ts'
import { bulkMerging } from './bulk/merging.ts'
import { progressMerging } from './catalogue/course-progress/merging.ts'
import { emailsMerging } from './emails/merging.ts'
import { submissionsMerging } from './forms/merging.ts'
import { grantsMerging } from './grants/merging.ts'
import { importsMerging } from './imports/merging.ts'
import { linksMerging } from './links/merging.ts'
import { sessionsMerging } from './members/merging.ts'
import { paymentsMerging } from './payments/merging.ts'
import { addressesMerging } from './people/contacts/merging.ts'
import { customerMerging } from './people/customers/merging.ts'
import { externalIdsMerging } from './people/external-ids/merging.ts'
import { notesMerging } from './people/notes/merging.ts'
import { tagsMerging } from './people/tags/merging.ts'
import { attemptsMerging } from './platform/auth/merging.ts'
import { eventsMerging } from './platform/events/merging.ts'
import type { Merging } from './platform/merging.ts'
import { salesMerging } from './sales/merging.ts'
import { deliveriesMerging } from './webhooks/merging.ts'

export const merging: Merging[] = [
  grantsMerging,
  salesMerging,
  progressMerging,
  eventsMerging,
  linksMerging,
  sessionsMerging,
  attemptsMerging,
  externalIdsMerging,
  addressesMerging,
  customerMerging,
  tagsMerging,
  notesMerging,
  submissionsMerging,
  emailsMerging,
  runsMerging,
  deliveriesMerging,
  bulkMerging,
  importsMerging,
  paymentsMerging,
]
