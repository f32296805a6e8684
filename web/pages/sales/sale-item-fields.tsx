import { Button, NumberInput, TextInput } from '@mantine/core'
import { TrashIcon } from '../../parts/icons.tsx'
import { MoneyInput } from '../../parts/money-input.tsx'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { t } from '../../texts/translate.ts'
import type { SaleItem, SoldOffer } from './sale-item.ts'
import { PAYMENT_TYPES } from './words.tsx'

interface SaleItemFieldsProps {
  item: SaleItem
  offer: SoldOffer | undefined
  currency: string
  errors: Record<string, string>
  change: (changes: Partial<SaleItem>) => void
  remove?: () => void
}

/** An offer that was sold: how many, for how much, with which discount. */
export function SaleItemFields({ item, offer, currency, errors, change, remove }: SaleItemFieldsProps) {
  return (
    <fieldset className="sale-item">
      <legend className="hidden">{offer?.title ?? t('record.item')}</legend>
      <div className="sale-item-offer">
        <ResourceSelect
          type="offers"
          label={t('record.offer')}
          description={offer && t(PAYMENT_TYPES[offer.payment_type] ?? 'sales.type.single')}
          value={item.offerId}
          error={errors.offer_id}
          onChange={(offerId) => change({ offerId: offerId ?? '', amount: null })}
        />
        {remove && (
          <Button variant="default" px={9} aria-label={t('record.removeItem')} onClick={remove}>
            <TrashIcon size={16} />
          </Button>
        )}
      </div>
      <div className="field-row">
        <MoneyInput
          label={t('record.price')}
          currency={currency}
          value={item.amount}
          usual={offer?.price_in_cents}
          error={errors.amount_in_cents}
          onChange={(amount) => change({ amount })}
        />
        <NumberInput
          label={t('sales.quantity')}
          min={1}
          max={1000}
          allowDecimal={false}
          value={item.quantity}
          error={errors.quantity}
          onChange={(quantity) => change({ quantity: Number(quantity) || 1 })}
        />
      </div>
      <div className="field-row">
        <MoneyInput
          label={t('sales.discount')}
          currency={currency}
          value={item.discount}
          usual={0}
          error={errors.discount_in_cents}
          onChange={(discount) => change({ discount })}
        />
        <TextInput
          label={t('sales.coupon')}
          value={item.coupon}
          error={errors.coupon_code}
          onChange={({ currentTarget }) => change({ coupon: currentTarget.value })}
        />
        <MoneyInput
          label={t('sales.tax')}
          currency={currency}
          value={item.tax}
          usual={0}
          error={errors.sales_tax_in_cents}
          onChange={(tax) => change({ tax })}
        />
      </div>
    </fieldset>
  )
}
