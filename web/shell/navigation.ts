/** Table of contents of the side bar: what a user may not see is left out. */
import type { ComponentType } from 'react'
import {
  ActivityIcon,
  AutomationIcon,
  ContactsIcon,
  CouponIcon,
  EmailIcon,
  FieldIcon,
  FormIcon,
  HomeIcon,
  JobsIcon,
  KeyIcon,
  OfferIcon,
  OrderIcon,
  PageIcon,
  PayoutIcon,
  ProductIcon,
  PurchaseIcon,
  ReplayIcon,
  ReportIcon,
  SettingsIcon,
  SubscriptionIcon,
  TagIcon,
  TeamIcon,
  TransactionIcon,
  UploadIcon,
  WebhookIcon,
} from '../parts/icons.tsx'
import type { TextKey } from '../texts/translate.ts'

export interface Place {
  text: TextKey
  to: string
  icon: ComponentType<{ size?: number }>
  /** Left out: everybody may. Of several, one is enough. */
  permission?: string | string[]
}

export interface Group {
  text?: TextKey
  places: Place[]
}

export const navigation: Group[] = [
  { places: [{ text: 'nav.home', to: '/s/$site/home', icon: HomeIcon }] },
  {
    text: 'nav.people',
    places: [
      { text: 'nav.contacts', to: '/s/$site/contacts', icon: ContactsIcon, permission: 'view:contacts' },
      { text: 'nav.tags', to: '/s/$site/tags', icon: TagIcon, permission: 'view:contacts' },
      { text: 'nav.forms', to: '/s/$site/forms', icon: FormIcon, permission: 'view:forms' },
      { text: 'nav.fields', to: '/s/$site/fields', icon: FieldIcon, permission: 'view:contacts' },
      { text: 'nav.bulkJobs', to: '/s/$site/bulk-jobs', icon: JobsIcon, permission: 'view:bulk_jobs' },
    ],
  },
  {
    text: 'nav.catalogue',
    places: [
      { text: 'nav.offers', to: '/s/$site/offers', icon: OfferIcon, permission: 'view:offers' },
      { text: 'nav.products', to: '/s/$site/products', icon: ProductIcon, permission: 'view:products' },
      {
        text: 'nav.pages',
        to: '/s/$site/pages',
        icon: PageIcon,
        permission: ['view:website_pages', 'view:landing_pages', 'view:blog_posts', 'view:podcasts'],
      },
    ],
  },
  {
    text: 'nav.sales',
    places: [
      { text: 'nav.orders', to: '/s/$site/orders', icon: OrderIcon, permission: 'view:orders' },
      { text: 'nav.purchases', to: '/s/$site/purchases', icon: PurchaseIcon, permission: 'view:purchases' },
      {
        text: 'nav.subscriptions',
        to: '/s/$site/subscriptions',
        icon: SubscriptionIcon,
        permission: 'view:purchases',
      },
      {
        text: 'nav.transactions',
        to: '/s/$site/transactions',
        icon: TransactionIcon,
        permission: 'view:transactions',
      },
      { text: 'nav.payouts', to: '/s/$site/payouts', icon: PayoutIcon, permission: 'view:transactions' },
      { text: 'nav.coupons', to: '/s/$site/coupons', icon: CouponIcon, permission: 'view:coupons' },
      {
        text: 'nav.reports',
        to: '/s/$site/reports',
        icon: ReportIcon,
        permission: ['view:transactions', 'view:purchases'],
      },
    ],
  },
  {
    text: 'nav.reach',
    places: [
      {
        text: 'nav.automations',
        to: '/s/$site/automations',
        icon: AutomationIcon,
        permission: 'view:automations',
      },
      { text: 'nav.emails', to: '/s/$site/emails', icon: EmailIcon, permission: 'view:emails' },
      {
        text: 'nav.templates',
        to: '/s/$site/templates',
        icon: PageIcon,
        permission: 'view:emails',
      },
    ],
  },
  {
    text: 'nav.connect',
    places: [
      { text: 'nav.webhooks', to: '/s/$site/webhooks', icon: WebhookIcon, permission: 'view:hooks' },
      { text: 'nav.deliveries', to: '/s/$site/deliveries', icon: ReplayIcon, permission: 'view:hooks' },
      { text: 'nav.keys', to: '/account/keys', icon: KeyIcon, permission: 'view:api_keys' },
    ],
  },
  {
    text: 'nav.more',
    places: [
      { text: 'nav.activity', to: '/s/$site/activity', icon: ActivityIcon, permission: 'view:events' },
      {
        text: 'nav.imports',
        to: '/s/$site/imports',
        icon: UploadIcon,
        permission: ['view:imports', 'export:contacts'],
      },
      {
        text: 'nav.settings',
        to: '/s/$site/settings',
        icon: SettingsIcon,
        permission: 'manage:sites',
      },
      { text: 'nav.team', to: '/account/team', icon: TeamIcon, permission: 'view:users' },
    ],
  },
]

/** Whether somebody may open a place. @param may as useMay() returns it */
export function isOpenTo({ permission }: Place, may: (permission: string) => boolean): boolean {
  return permission === undefined || [permission].flat().some(may)
}
