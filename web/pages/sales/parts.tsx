/** What the pages about sales share. */
import { Link } from '@tanstack/react-router'
import { findIncluded, type Identifier } from '../../api/documents.ts'
import { useMay } from '../../api/session.ts'
import { LeftIcon } from '../../parts/icons.tsx'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t } from '../../texts/translate.ts'
import './sales.css'

type Included = { included?: unknown[] } | undefined

/** The permissions with which relationships are seen. */
const SEEN_WITH = {
  customer: 'view:customers',
  offer: 'view:offers',
  offers: 'view:offers',
  order: 'view:orders',
  order_items: 'view:orders',
  payment_transactions: 'view:transactions',
  transactions: 'view:transactions',
  purchases: 'view:purchases',
}

/** Those of the relationships that the user may see, as the parameter `include`. */
export function useInclude(...relationships: (keyof typeof SEEN_WITH)[]): { include?: string } {
  const may = useMay()
  const seen = relationships.filter((name) => may(SEEN_WITH[name]))
  return seen.length === 0 ? {} : { include: seen.join() }
}

interface CustomerOfProps {
  customer: { data?: Identifier | null } | undefined
  document: Included
}

/** The customer's name, which leads to the contact. */
export function CustomerOf({ customer, document }: CustomerOfProps) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const found = findIncluded(document, customer?.data)
  if (!found) return <span className="meta">–</span>
  const name = String(found.attributes.name || found.attributes.email || t('sales.formerCustomer'))
  const contact = found.relationships?.contact?.data as Identifier | null | undefined
  if (!contact || !may('view:contacts')) return name
  return (
    <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
      {name}
    </Link>
  )
}

/** The way back to a list. */
export function BackTo({ to, text }: { to: string; text: TextKey }) {
  const { subdomain: site } = useCurrentSite()
  return (
    <Link to={to} params={{ site }}>
      <LeftIcon size={16} />
      {t(text)}
    </Link>
  )
}

/** The title of an offer, or its id where it cannot be seen. */
export const offerTitle = (offer: { data?: Identifier | null } | undefined, document: Included): string =>
  String(findIncluded(document, offer?.data)?.attributes.title ?? `#${offer?.data?.id ?? ''}`)

/** Beside what no money moved for. */
export const TestMark = ({ test }: { test: boolean }) =>
  test ? <State tone="plain">{t('sales.test')}</State> : null

/** As in "Stripe"; of a sale that was recorded by hand "Recorded by hand". */
export const providerName = (provider: string): string =>
  provider === 'manual' ? t('sales.byHand') : (NAMES[provider] ?? provider)

/** Free offers are claimed without a payment provider. */
const NAMES: Record<string, string> = { stripe: 'Stripe', bestow: 'Bestow' }
