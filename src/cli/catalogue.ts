import type { Command } from 'commander'
import { siteRecords } from '../accounts/sites/sites.resource.ts'
import { offerRecords } from '../catalogue/offers/offers.resource.ts'
import { productRecords } from '../catalogue/products/products.resource.ts'
import { formRecords } from '../forms/forms.resource.ts'
import { customFieldRecords } from '../people/custom-fields/custom-fields.resource.ts'
import { segmentRecords } from '../people/segments/segments.resource.ts'
import { contactTagRecords } from '../people/tags/contact-tags.resource.ts'
import { couponRecords } from '../sales/coupons/coupons.resource.ts'
import { activationCommand } from './activation.ts'
import { recordCommands } from './records.ts'

export function catalogueCommands(program: Command): void {
  recordCommands(program, {
    name: 'sites',
    description: 'sites: their appearance, and where members find them',
    records: siteRecords,
    what: 'site',
    columns: ['title', 'subdomain', 'custom_domain'],
  })
  recordCommands(program, {
    name: 'products',
    description: 'products: what members get access to',
    records: productRecords,
    what: 'product',
    columns: ['title', 'product_type_name', 'publish_status'],
  })
  const offers = recordCommands(program, {
    name: 'offers',
    description: 'offers: products at a price, which can be granted to contacts',
    records: offerRecords,
    what: 'offer',
    columns: ['title', 'price_description', 'products'],
  })
  activationCommand(offers)
  recordCommands(program, {
    name: 'coupons',
    description: 'coupons: codes that take a percentage or an amount off a price',
    records: couponRecords,
    what: 'coupon',
    columns: ['code', 'percent_off', 'amount_off_in_cents', 'currency', 'status', 'uses'],
  })
  recordCommands(program, {
    name: 'tags',
    description: 'contact tags',
    records: contactTagRecords,
    what: 'tag',
    columns: ['name'],
  })
  recordCommands(program, {
    name: 'segments',
    description: 'segments: named sets of filters of contacts',
    records: segmentRecords,
    what: 'segment',
    columns: ['name', 'filter', 'sort'],
  })
  recordCommands(program, {
    name: 'custom-fields',
    description: 'custom fields: further attributes of contacts',
    records: customFieldRecords,
    what: 'custom field',
    columns: ['handle', 'title', 'type', 'required'],
  })
  recordCommands(program, {
    name: 'forms',
    description: 'forms: what people fill in to become contacts',
    records: formRecords,
    what: 'form',
    columns: ['title', 'default', 'url'],
  })
}
