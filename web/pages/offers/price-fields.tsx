import { NumberInput, Select } from '@mantine/core'
import { NewOfferDataAttributesCurrency } from '../../api/generated.ts'
import { MoneyInput } from '../../parts/money-input.tsx'
import { plural, type TextKey, t } from '../../texts/translate.ts'

export interface PriceValues {
  currency: string
  price_in_cents: number
  payment_type: string
  interval: string | null
  interval_count: number
  payments_total: number | null
  trial_days: number | null
}

export const NEW_PRICE: PriceValues = {
  currency: 'USD',
  price_in_cents: 0,
  payment_type: 'single',
  interval: null,
  interval_count: 1,
  payments_total: null,
  trial_days: null,
}

export const PRICE_FIELDS = [
  'currency',
  'price_in_cents',
  'payment_type',
  'interval',
  'interval_count',
  'payments_total',
  'trial_days',
]

const CURRENCIES = Object.values(NewOfferDataAttributesCurrency)

const PAYMENT_TYPES: Record<string, TextKey> = {
  single: 'offers.single',
  subscription: 'offers.subscription',
  multipay: 'offers.multipay',
}

/** Of every so many. */
const intervals = (count: number) =>
  (['day', 'week', 'month', 'year'] as const).map((value) => ({
    value,
    label: plural(`offers.intervals.${value}`, count),
  }))

const optionsOf = (texts: Record<string, TextKey>) =>
  Object.entries(texts).map(([value, text]) => ({ value, label: t(text) }))

/** The price as it is sent: an offer without one is free, and terms that another type of payment has are left out. */
export function priceAttributes(values: PriceValues): PriceValues {
  const { currency, price_in_cents, payment_type: chosen } = values
  const payment_type = price_in_cents === 0 ? 'free' : chosen === 'free' ? 'single' : chosen
  if (payment_type === 'free' || payment_type === 'single')
    return { ...NEW_PRICE, currency, price_in_cents, payment_type }
  return {
    ...values,
    payment_type,
    interval: values.interval ?? 'month',
    payments_total: payment_type === 'multipay' ? values.payments_total : null,
  }
}

/** What an offer costs, and when that is paid. */
export function PriceFields({
  values,
  errors,
  set,
}: {
  values: PriceValues
  errors: Record<string, string | undefined>
  set: (changes: Partial<PriceValues>) => void
}) {
  const isRepeated = values.price_in_cents > 0 && ['subscription', 'multipay'].includes(values.payment_type)
  const numberOr = (given: string | number, none: number | null) => (given === '' ? none : Number(given))
  return (
    <>
      <div className="field-pair">
        <MoneyInput
          label={t('offers.price')}
          currency={values.currency}
          rightSection={null}
          value={values.price_in_cents}
          error={errors.price_in_cents}
          onChange={(price) => set({ price_in_cents: price ?? 0 })}
        />
        <Select
          label={t('offers.currency')}
          searchable
          allowDeselect={false}
          data={CURRENCIES}
          value={values.currency}
          error={errors.currency}
          onChange={(currency) => set({ currency: currency! })}
        />
      </div>
      {values.price_in_cents > 0 && (
        <Select
          label={t('offers.paymentType')}
          allowDeselect={false}
          data={optionsOf(PAYMENT_TYPES)}
          value={values.payment_type === 'free' ? 'single' : values.payment_type}
          error={errors.payment_type}
          onChange={(type) => set({ payment_type: type! })}
        />
      )}
      {isRepeated && (
        <>
          <div className="field-pair">
            <NumberInput
              label={t('offers.every')}
              min={1}
              max={365}
              allowDecimal={false}
              value={values.interval_count}
              error={errors.interval_count}
              onChange={(count) => set({ interval_count: numberOr(count, 1)! })}
            />
            <Select
              label={t('offers.interval')}
              allowDeselect={false}
              data={intervals(values.interval_count ?? 1)}
              value={values.interval ?? 'month'}
              error={errors.interval}
              onChange={(interval) => set({ interval })}
            />
          </div>
          {values.payment_type === 'multipay' && (
            <NumberInput
              label={t('offers.payments')}
              description={t('offers.paymentsHint')}
              min={2}
              max={999}
              allowDecimal={false}
              value={values.payments_total ?? ''}
              error={errors.payments_total}
              onChange={(count) => set({ payments_total: numberOr(count, null) })}
            />
          )}
          <NumberInput
            label={t('offers.trialDays')}
            description={t('offers.trialDaysHint')}
            min={1}
            max={730}
            allowDecimal={false}
            value={values.trial_days ?? ''}
            error={errors.trial_days}
            onChange={(days) => set({ trial_days: numberOr(days, null) })}
          />
        </>
      )}
    </>
  )
}
