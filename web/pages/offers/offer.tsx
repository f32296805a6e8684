import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { getOffer } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { useZone } from '../../parts/dates.tsx'
import { EditIcon, LeftIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t, withTexts } from '../../texts/translate.ts'
import { accessSentence } from './access-sentence.ts'
import { ActivationUrls } from './activation-urls.tsx'
import { ArchiveOffer } from './archive-offer.tsx'
import { Holders } from './holders.tsx'
import { OfferApi } from './offer-api.tsx'
import { OfferAutomations } from './offer-automations.tsx'
import { OfferCheckout } from './offer-checkout.tsx'
import { OfferDialog, type OfferValues } from './offer-dialog.tsx'
import { priceOfOffer } from './offer-price.ts'

const OfferSales = onDemand(async () => (await withTexts('sales', import('./offer-sales.tsx'))).OfferSales)

/** Their members are counted for each. */
const TITLES_OF_PRODUCTS: object = { 'fields[products]': 'title' }

export function OfferPage() {
  const { id, tab } = useParams({ strict: false }) as { id: string; tab?: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const zone = useZone()
  const { data: document } = useSuspenseQuery(
    oneOf('offers', getOffer, id, { include: 'products', ...TITLES_OF_PRODUCTS }),
  )
  const { attributes: offer, relationships } = document.data
  const products = relationships.products?.data ?? []
  const close = () => change({ dialog: undefined })
  const tabTo = (text: TextKey, name: string, permission: string) =>
    may(permission)
      ? [{ key: name, label: t(text), to: '/s/$site/offers/$id/$tab', params: { site, id, tab: name } }]
      : []
  const tabs = [
    { key: 'holders', label: t('offers.holders'), to: '/s/$site/offers/$id', params: { site, id } },
    ...tabTo('offers.sales', 'sales', 'view:purchases'),
    ...tabTo('offers.checkout', 'checkout', 'view:offers'),
    ...tabTo('offers.automations', 'automations', 'view:automations'),
    ...tabTo('offers.urls', 'urls', 'manage:grants'),
    ...tabTo('offers.api', 'api', 'view:offers'),
  ]
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/offers" params={{ site }}>
            <LeftIcon size={16} />
            {t('offers.title')}
          </Link>
        }
        title={offer.title}
        state={offer.is_gift ? <State tone="plain">{t('offers.gift')}</State> : undefined}
        lead={offer.internal_title}
        actions={
          may('manage:offers') && (
            <>
              <Button
                variant="default"
                leftSection={<EditIcon size={16} />}
                onClick={() => change({ dialog: 'edit' })}
              >
                {t('edit')}
              </Button>
              <MoreMenu label={t('contact.more')}>
                <Menu.Item
                  leftSection={<TrashIcon size={16} />}
                  onClick={() => change({ dialog: 'archive' })}
                >
                  {t('archive')}
                </Menu.Item>
              </MoreMenu>
            </>
          )
        }
      />
      <TabLinks label={offer.title} tabs={tabs} />
      <div className="columns">
        <div>
          {tab === undefined && <Holders offerId={id} />}
          {tab === 'sales' && <OfferSales offerId={id} />}
          {tab === 'checkout' && (
            <OfferCheckout
              url={offer.checkout_url}
              price={priceOfOffer(offer)}
              isPaid={offer.price_in_cents > 0}
            />
          )}
          {tab === 'automations' && <OfferAutomations offerId={id} />}
          {tab === 'urls' && <ActivationUrls offerId={id} />}
          {tab === 'api' && <OfferApi offerId={id} />}
        </div>
        <Card title={t('offers.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('offers.price')]: priceOfOffer(offer),
              [t('offers.access')]: accessSentence(offer, zone),
              [t('offers.products')]:
                products.length === 0 ? null : (
                  <ul className="plain-list">
                    {products.map((product) => (
                      <li key={product.id}>{String(findIncluded(document, product)?.attributes.title)}</li>
                    ))}
                  </ul>
                ),
              [t('offers.description')]: offer.description,
            }}
          />
        </Card>
      </div>
      {search.dialog === 'edit' && (
        <OfferDialog edited={{ id, values: valuesOf(offer, products) }} onClose={close} />
      )}
      {search.dialog === 'archive' && <ArchiveOffer id={id} title={offer.title} onClose={close} />}
    </>
  )
}

/** What the dialog edits, of an offer. */
const valuesOf = (offer: Omit<OfferValues, 'products'>, products: { id: string }[]): OfferValues => ({
  title: offer.title,
  internal_title: offer.internal_title,
  description: offer.description,
  currency: offer.currency,
  price_in_cents: offer.price_in_cents,
  payment_type: offer.payment_type,
  interval: offer.interval,
  interval_count: offer.interval_count,
  payments_total: offer.payments_total,
  trial_days: offer.trial_days,
  is_gift: offer.is_gift,
  access_days: offer.access_days,
  products: products.map(({ id }) => id),
})
