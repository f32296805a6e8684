import { useMay } from '../../../api/session.ts'
import { Card } from '../../../parts/page.tsx'
import { t } from '../../../texts/translate.ts'
import { SalesSettings } from './sales-settings.tsx'
import { StripeAccounts } from './stripe.tsx'

/** Where the money is taken, and what follows when it is not paid or paid back. */
export function PaymentSettings() {
  const may = useMay()
  return (
    <>
      {may('view:provider_accounts') ? (
        <StripeAccounts />
      ) : (
        <Card title="Stripe">
          <p className="meta">{t('payments.mayNotSee')}</p>
        </Card>
      )}
      <SalesSettings />
    </>
  )
}
