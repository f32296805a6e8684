import { Button, Switch, TextInput } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createOrder, getOffer, type NewOrderDataAttributes } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { Consequences } from '../../parts/consequences.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { money } from '../../parts/money.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { attributesOf, ITEM_FIELDS, NEW_ITEM, type SaleItem, totalOf } from './sale-item.ts'
import { SaleItemFields } from './sale-item-fields.tsx'

interface RecordSaleDialogProps {
  customer?: { contactId: string; name: string } | undefined
  onClose: () => void
}

const FIELDS = ['email', 'name', 'provider', 'provider_reference', 'ordered_at', ...ITEM_FIELDS]

/** Records what was sold elsewhere, and gives access to it. */
export function RecordSaleDialog({ customer, onClose }: RecordSaleDialogProps) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [buyer, setBuyer] = useState({ email: '', name: '' })
  const [sale, setSale] = useState({
    provider: 'manual',
    provider_reference: '',
    day: '',
    test: false,
    welcomes: true,
  })
  const [items, setItems] = useState<SaleItem[]>([NEW_ITEM])
  const offers = useQueries({
    queries: items.map(({ offerId }) => ({
      ...oneOf('offers', getOffer, offerId),
      enabled: offerId !== '',
    })),
  }).map(({ data }) => data?.data.attributes)
  const currency = offers.find(Boolean)?.currency ?? 'USD'
  const titles = offers.flatMap((offer) => offer?.title ?? [])
  const total = items.reduce((sum, item, index) => sum + totalOf(item, offers[index]), 0)
  const who = customer?.name || buyer.name || buyer.email
  const change = (index: number, changes: Partial<SaleItem>) =>
    setItems(items.map((item, place) => (place === index ? { ...item, ...changes } : item)))

  async function save() {
    const attributes: NewOrderDataAttributes = {
      ...(!customer && { email: buyer.email.trim() }),
      ...(!customer && buyer.name && { name: buyer.name }),
      items: items.map(attributesOf),
      provider: sale.provider.trim().toLowerCase() || 'manual',
      ...(sale.provider_reference && { provider_reference: sale.provider_reference.trim() }),
      ...(sale.day && { ordered_at: sale.day }),
      ...(sale.test && { test: true }),
    }
    const relationships = {
      site: { data: { type: 'sites' as const, id: siteId } },
      ...(customer && { contact: { data: { type: 'contacts' as const, id: customer.contactId } } }),
    }
    const { data } = await createOrder({
      data: { type: 'orders', attributes, relationships },
      ...(!sale.welcomes && { meta: { send_customer_welcome_email: false } }),
    })
    await refresh(
      'orders',
      'purchases',
      'transactions',
      'customers',
      'contacts',
      'grants',
      'events',
      'reports',
    )
    await navigate({ to: '/s/$site/orders/$id', params: { site, id: data.id } })
    notify(t('record.done', { n: data.attributes.order_number ?? '' }))
  }

  return (
    <FormDialog
      title={t('record.title')}
      isWide
      fields={FIELDS}
      submitLabel={t('record.submit')}
      canSubmit={
        items.every(({ offerId }) => offerId !== '') && (customer !== undefined || buyer.email !== '')
      }
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          {customer ? (
            <p>{t('record.for', { name: customer.name })}</p>
          ) : (
            <div className="field-row">
              <TextInput
                label={t('contacts.email')}
                description={t('record.emailHint')}
                type="email"
                data-autofocus
                value={buyer.email}
                error={errors.email}
                onChange={({ currentTarget }) => setBuyer({ ...buyer, email: currentTarget.value })}
              />
              <TextInput
                label={t('contacts.name')}
                description={t('record.nameHint')}
                value={buyer.name}
                error={errors.name}
                onChange={({ currentTarget }) => setBuyer({ ...buyer, name: currentTarget.value })}
              />
            </div>
          )}
          {items.map((item, index) => (
            <SaleItemFields
              // biome-ignore lint/suspicious/noArrayIndexKey: items have nothing else, and only the last is removed.
              key={index}
              item={item}
              offer={offers[index]}
              currency={currency}
              errors={errors}
              change={(changes) => change(index, changes)}
              {...(items.length > 1 && {
                remove: () => setItems(items.filter((_, place) => place !== index)),
              })}
            />
          ))}
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<PlusIcon size={14} />}
              onClick={() => setItems([...items, NEW_ITEM])}
            >
              {t('record.addItem')}
            </Button>
          </div>
          <div className="field-row">
            <TextInput
              label={t('sales.provider')}
              description={t('record.providerHint')}
              value={sale.provider}
              error={errors.provider}
              onChange={({ currentTarget }) => setSale({ ...sale, provider: currentTarget.value })}
            />
            <TextInput
              label={t('sales.reference')}
              description={t('record.referenceHint')}
              value={sale.provider_reference}
              error={errors.provider_reference}
              onChange={({ currentTarget }) => setSale({ ...sale, provider_reference: currentTarget.value })}
            />
          </div>
          <TextInput
            label={t('record.day')}
            description={t('record.dayHint')}
            type="date"
            value={sale.day}
            error={errors.ordered_at}
            onChange={({ currentTarget }) => setSale({ ...sale, day: currentTarget.value })}
          />
          <Switch
            label={t('record.welcome')}
            description={t('record.welcomeHint')}
            checked={sale.welcomes}
            onChange={({ currentTarget }) => setSale({ ...sale, welcomes: currentTarget.checked })}
          />
          <Switch
            label={t('record.test')}
            description={t('record.testHint')}
            checked={sale.test}
            onChange={({ currentTarget }) => setSale({ ...sale, test: currentTarget.checked })}
          />
          {titles.length > 0 && (
            <Consequences
              lines={[
                t('record.willBe', { total: money(total, currency) }),
                t('record.willAccess', { name: who || t('record.someone'), offers: titles.join(', ') }),
                items.some(({ coupon, discount }) => coupon !== '' && !discount) && t('record.couponIsNoted'),
                t('record.noCharge'),
                sale.test && t('record.noRevenue'),
              ]}
            />
          )}
        </>
      )}
    </FormDialog>
  )
}
