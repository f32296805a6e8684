/** Table of contents: every module whose rows name others, which cannot end while they are used. */
import { automationsNaming } from './automations/automations-naming.ts'
import { offersNaming } from './catalogue/offers/offers-naming.ts'
import { contentNaming } from './catalogue/uploads/content-naming.ts'
import { formsNaming } from './forms/forms-naming.ts'
import { holdersNaming } from './grants/holders-naming.ts'
import { segmentsNaming } from './people/segments/segments-naming.ts'
import type { FindReferrers } from './platform/references/in-use.ts'
import { hooksNaming } from './webhooks/hooks-naming.ts'

export const referrers: FindReferrers[] = [
  offersNaming,
  contentNaming,
  formsNaming,
  holdersNaming,
  automationsNaming,
  segmentsNaming,
  hooksNaming,
]
