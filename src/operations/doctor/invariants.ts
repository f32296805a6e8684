/** What must be true of every database, whatever was killed and when; each as a query for what breaks it. */
import { automationInvariants } from './invariants/automations.ts'
import { bulkJobInvariants } from './invariants/bulk-jobs.ts'
import { countInvariants } from './invariants/counts.ts'
import { emailInvariants } from './invariants/emails.ts'
import { grantInvariants } from './invariants/grants.ts'
import { importInvariants } from './invariants/imports.ts'
import type { Invariant } from './invariants/invariant.ts'
import { recordInvariants } from './invariants/records.ts'
import { saleInvariants } from './invariants/sales.ts'
import { webhookInvariants } from './invariants/webhooks.ts'

export type { Invariant } from './invariants/invariant.ts'

export const invariants: Invariant[] = [
  ...grantInvariants,
  ...saleInvariants,
  ...emailInvariants,
  ...automationInvariants,
  ...webhookInvariants,
  ...bulkJobInvariants,
  ...importInvariants,
  ...recordInvariants,
  ...countInvariants,
]
