import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listProviderAccounts } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code } from '../../parts/code.tsx'
import { ExternalIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

interface OfferCheckoutProps {
  url: string
  price: string
  isPaid: boolean
}

/** The page on which people buy the offer: its address, and how it looks. */
export function OfferCheckout({ url, price, isPaid }: OfferCheckoutProps) {
  const { subdomain: site } = useCurrentSite()
  const isClosed = useHasNoProvider() && isPaid
  return (
    <Card
      title={t('offers.checkout')}
      action={
        <Button
          component="a"
          href={new URL(url).pathname}
          target="_blank"
          rel="noopener"
          variant="default"
          size="xs"
          rightSection={<ExternalIcon size={14} />}
        >
          {t('offers.preview')}
        </Button>
      }
    >
      <div className="fields">
        {isClosed ? (
          <>
            <State tone="warn">{t('offers.checkoutClosed')}</State>
            <Link to="/s/$site/settings/$section" params={{ site, section: 'payments' }}>
              {t('offers.connectStripe')}
            </Link>
          </>
        ) : (
          <p>{t('offers.checkoutText', { price })}</p>
        )}
        <Code label={t('offers.checkoutAddress')} code={url} />
      </div>
    </Card>
  )
}

/** Known to those alone who may see the provider accounts of the site. */
function useHasNoProvider(): boolean {
  const { id } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('provider_accounts', listProviderAccounts, { 'filter[site_id]': id, 'page[size]': 1 }),
    enabled: may('view:provider_accounts'),
  })
  return data?.data.length === 0
}
