import { NumberInput, Select, Switch } from '@mantine/core'
import { CURRENCIES } from '../../../../src/platform/text/money.ts'
import { CardForm } from '../../../parts/card-form.tsx'
import { t } from '../../../texts/translate.ts'
import { useSiteForm } from '../use-site-form.ts'

/** What the site does about failed payments, refunds and cancellations. */
export function SalesSettings() {
  const { values, set, ...form } = useSiteForm([
    'payment_grace_days',
    'refund_ends_access',
    'automatic_tax',
    'members_may_cancel',
    'currency',
  ])
  return (
    <CardForm title={t('payments.rules')} {...form} onSubmit={form.save}>
      {(errors) => (
        <>
          <NumberInput
            label={t('payments.graceDays')}
            description={t('payments.graceDaysHint')}
            min={0}
            max={365}
            allowDecimal={false}
            value={values.payment_grace_days}
            error={errors.payment_grace_days}
            onChange={(days) => set({ payment_grace_days: Number(days) })}
          />
          <Switch
            label={t('payments.refundEndsAccess')}
            description={t('payments.refundEndsAccessHint')}
            checked={values.refund_ends_access}
            error={errors.refund_ends_access}
            onChange={({ currentTarget }) => set({ refund_ends_access: currentTarget.checked })}
          />
          <Switch
            label={t('payments.automaticTax')}
            description={t('payments.automaticTaxHint')}
            checked={values.automatic_tax}
            error={errors.automatic_tax}
            onChange={({ currentTarget }) => set({ automatic_tax: currentTarget.checked })}
          />
          <Switch
            label={t('payments.membersMayCancel')}
            description={t('payments.membersMayCancelHint')}
            checked={values.members_may_cancel}
            error={errors.members_may_cancel}
            onChange={({ currentTarget }) => set({ members_may_cancel: currentTarget.checked })}
          />
          <Select
            label={t('payments.currency')}
            description={t('payments.currencyHint')}
            searchable
            allowDeselect={false}
            data={CURRENCIES}
            value={values.currency}
            error={errors.currency}
            onChange={(currency) => set({ currency: currency! })}
          />
        </>
      )}
    </CardForm>
  )
}
