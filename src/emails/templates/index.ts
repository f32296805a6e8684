import { gift } from './gift.ts'
import { offerGrant } from './offer-grant.ts'
import type { EmailTemplate } from './template.ts'
import { welcome } from './welcome.ts'

export type { EmailTemplate } from './template.ts'

export type EmailKind = 'welcome' | 'gift' | 'offer_grant'

/** What is sent as long as the site's owner has not written something else. */
export const defaultTemplates: Record<EmailKind, EmailTemplate> = { welcome, gift, offer_grant: offerGrant }
