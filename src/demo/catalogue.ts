/** What the demo site sells. */
import { brushes } from './brushes.ts'
import { circle } from './circle.ts'
import { light } from './light.ts'
import type { DemoProduct } from './product.ts'
import { watercolour } from './watercolour.ts'

export const demoProducts: DemoProduct[] = [watercolour, light, circle, brushes]

export interface DemoOffer {
  title: string
  description: string
  /** What only the owner sees. */
  internal_title: string
  /** Titles. */
  products: string[]
  image_url: string | null
  price_in_cents?: number
  payment_type?: 'single' | 'subscription' | 'multipay'
  interval?: 'month'
  /** Of a payment plan. */
  payments_total?: number
  is_gift?: boolean
  access_days?: number
  isArchived?: boolean
}

export const demoOffers: DemoOffer[] = [
  {
    title: 'Watercolour Basics',
    description: 'The course of twelve lessons, without a time limit.',
    internal_title: 'Single course',
    products: [watercolour.title],
    image_url: watercolour.picture,
    price_in_cents: 9_900,
    payment_type: 'single',
  },
  {
    title: 'Studio Bundle',
    description: 'Both courses and the Studio Circle, without a time limit.',
    internal_title: 'Bundle of three products',
    products: [watercolour.title, light.title, circle.title],
    image_url: light.picture,
    price_in_cents: 19_900,
    payment_type: 'single',
  },
  {
    title: 'A Gift: Painting Light',
    description: 'Morning, noon and dusk on paper: six lessons about one view.',
    internal_title: 'Gift (sends the gift e-mail)',
    products: [light.title],
    image_url: light.picture,
    is_gift: true,
  },
  {
    title: '30 Days in the Circle',
    description: 'The Studio Circle for 30 days. Access ends automatically.',
    internal_title: 'Trial (access ends after 30 days)',
    products: [circle.title],
    image_url: circle.picture,
    access_days: 30,
  },
  {
    title: 'Summer Special',
    description: 'The brush presets at a summer price. No longer available.',
    internal_title: 'Archived (cannot be granted)',
    products: [brushes.title],
    image_url: brushes.picture,
    price_in_cents: 4_900,
    payment_type: 'single',
    isArchived: true,
  },
  {
    title: 'Studio Circle, Monthly',
    description: 'The Studio Circle for as long as you like, paid by the month.',
    internal_title: 'Subscription (monthly)',
    products: [circle.title],
    image_url: circle.picture,
    price_in_cents: 1_900,
    payment_type: 'subscription',
    interval: 'month',
  },
  {
    title: 'Studio Bundle in Three Payments',
    description: 'Both courses and the Studio Circle, paid in three months.',
    internal_title: 'Payment plan (three payments)',
    products: [watercolour.title, light.title, circle.title],
    image_url: light.picture,
    price_in_cents: 6_900,
    payment_type: 'multipay',
    interval: 'month',
    payments_total: 3,
  },
]
