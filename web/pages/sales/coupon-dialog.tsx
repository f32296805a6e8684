import { NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { CURRENCIES } from '../../../src/platform/text/money.ts'
import { type ChangedCouponDataAttributes, createCoupon, updateCoupon } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useZone } from '../../parts/dates.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { MoneyInput } from '../../parts/money-input.tsx'
import { ResourceMultiSelect } from '../../parts/resource-select.tsx'
import { useCurrentSite, useSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import {
  COUPON_FIELDS,
  type CouponValues,
  couponAttributes,
  newCoupon,
  type SavedCoupon,
  valuesOf,
} from './coupon-values.ts'

interface CouponDialogProps {
  edited?: { id: string; coupon: SavedCoupon; offers: string[] }
  onClose: () => void
}

/** Creates a coupon, or changes one: its code stays. */
export function CouponDialog({ edited, onClose }: CouponDialogProps) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { currency } = useSite().site!.attributes
  const zone = useZone()
  const navigate = useNavigate()
  const saved = edited ? valuesOf(edited.coupon, edited.offers, zone) : newCoupon(currency)
  const [values, setValues] = useState<CouponValues>(saved)
  const set = (changes: Partial<CouponValues>) => setValues({ ...values, ...changes })
  const numberOrNull = (given: string | number) => (given === '' ? null : Number(given))

  async function save() {
    const offers = { data: values.offers.map((id) => ({ type: 'offers' as const, id })) }
    const attributes = couponAttributes(values, saved) as ChangedCouponDataAttributes
    if (edited) {
      const { id } = edited
      await updateCoupon(id, { data: { type: 'coupons', id, attributes, relationships: { offers } } })
      await refresh('coupons')
      return onClose()
    }
    const { data } = await createCoupon({
      data: {
        type: 'coupons',
        attributes: { ...attributes, code: values.code.trim() } as never,
        relationships: { offers, site: { data: { type: 'sites', id: siteId } } },
      },
    })
    await refresh('coupons')
    await navigate({ to: '/s/$site/coupons/$id', params: { site, id: data.id } })
  }

  return (
    <FormDialog
      title={edited ? t('coupons.edit', { code: values.code }) : t('coupons.add')}
      fields={COUPON_FIELDS}
      isWide
      submitLabel={edited ? t('save') : t('coupons.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          {!edited && (
            <TextInput
              label={t('coupons.code')}
              description={t('coupons.codeHint')}
              data-autofocus
              value={values.code}
              error={errors.code}
              onChange={({ currentTarget }) => set({ code: currentTarget.value })}
            />
          )}
          <SegmentedControl
            aria-label={t('coupons.kind')}
            data={[
              { value: 'percent', label: t('coupons.percent') },
              { value: 'amount', label: t('coupons.amount') },
            ]}
            value={values.kind}
            onChange={(kind) => set({ kind: kind as CouponValues['kind'] })}
          />
          {values.kind === 'percent' ? (
            <NumberInput
              label={t('coupons.percentOff')}
              min={0}
              max={100}
              decimalScale={2}
              suffix=" %"
              value={values.percent_off ?? ''}
              error={errors.percent_off}
              onChange={(percent) => set({ percent_off: numberOrNull(percent) })}
            />
          ) : (
            <div className="field-pair">
              <MoneyInput
                label={t('coupons.amountOff')}
                currency={values.currency}
                rightSection={null}
                value={values.amount_off_in_cents}
                error={errors.amount_off_in_cents}
                onChange={(amount) => set({ amount_off_in_cents: amount })}
              />
              <Select
                label={t('offers.currency')}
                searchable
                allowDeselect={false}
                data={CURRENCIES}
                value={values.currency}
                error={errors.currency}
                onChange={(chosen) => set({ currency: chosen! })}
              />
            </div>
          )}
          <ResourceMultiSelect
            type="offers"
            label={t('coupons.offers')}
            description={t('coupons.offersHint')}
            value={values.offers}
            error={errors.offers}
            onChange={(offers) => set({ offers })}
          />
          <div className="field-row">
            <Select
              label={t('coupons.duration')}
              description={t('coupons.durationHint')}
              allowDeselect={false}
              data={[
                { value: 'once', label: t('coupons.once') },
                { value: 'repeating', label: t('coupons.repeating') },
                { value: 'forever', label: t('coupons.forever') },
              ]}
              value={values.duration}
              error={errors.duration}
              onChange={(duration) => set({ duration: duration! })}
            />
            {values.duration === 'repeating' && (
              <NumberInput
                label={t('coupons.numberOfMonths')}
                min={1}
                max={120}
                allowDecimal={false}
                value={values.duration_in_months ?? ''}
                error={errors.duration_in_months}
                onChange={(months) => set({ duration_in_months: numberOrNull(months) })}
              />
            )}
          </div>
          <div className="field-row">
            <TextInput
              type="date"
              label={t('coupons.startsAt')}
              value={values.starts_at}
              error={errors.starts_at}
              onChange={({ currentTarget }) => set({ starts_at: currentTarget.value })}
            />
            <TextInput
              type="date"
              label={t('coupons.lastDay')}
              value={values.ends_at}
              error={errors.ends_at}
              onChange={({ currentTarget }) => set({ ends_at: currentTarget.value })}
            />
          </div>
          <NumberInput
            label={t('coupons.maxUses')}
            description={t('coupons.maxUsesHint')}
            min={1}
            allowDecimal={false}
            value={values.max_uses ?? ''}
            error={errors.max_uses}
            onChange={(most) => set({ max_uses: numberOrNull(most) })}
          />
        </>
      )}
    </FormDialog>
  )
}
