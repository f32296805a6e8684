import { Button } from '@mantine/core'
import { Code } from '../../parts/code.tsx'
import { ExternalIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { t } from '../../texts/translate.ts'

interface OfferCheckoutProps {
  url: string
  price: string
}

/** The page on which people buy the offer: its address, and how it looks. */
export function OfferCheckout({ url, price }: OfferCheckoutProps) {
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
        <p>{t('offers.checkoutText', { price })}</p>
        <Code label={t('offers.checkoutAddress')} code={url} />
      </div>
    </Card>
  )
}
