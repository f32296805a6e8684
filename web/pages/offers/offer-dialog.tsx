import { MultiSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createOffer, listProducts, type NewOfferDataAttributes, updateOffer } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { NEW_PRICE, PRICE_FIELDS, PriceFields, type PriceValues, priceAttributes } from './price-fields.tsx'

export interface OfferValues extends PriceValues {
  title: string
  internal_title: string | null
  description: string | null
  is_gift: boolean
  access_days: number | null
  products: string[]
}

const NEW: OfferValues = {
  title: '',
  internal_title: null,
  description: null,
  ...NEW_PRICE,
  is_gift: false,
  access_days: null,
  products: [],
}

const FIELDS = [
  'title',
  'internal_title',
  'description',
  ...PRICE_FIELDS,
  'is_gift',
  'access_days',
  'products',
]

/** Creates an offer or changes one. */
export function OfferDialog({
  edited,
  onClose,
}: {
  edited?: { id: string; values: OfferValues }
  onClose: () => void
}) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [values, setValues] = useState(edited?.values ?? NEW)
  const set = (changes: Partial<typeof values>) => setValues({ ...values, ...changes })
  const { data: products } = useQuery(
    listOf('products', listProducts, {
      'filter[site_id]': siteId,
      'fields[products]': 'title' as never,
      'page[size]': 500,
      sort: 'title',
    }),
  )

  async function save() {
    const { products: ids, ...rest } = values
    const attributes = { ...rest, ...priceAttributes(rest) } as NewOfferDataAttributes
    const relationships = { products: { data: ids.map((id) => ({ type: 'products' as const, id })) } }
    if (edited) {
      const { id } = edited
      await updateOffer(id, { data: { type: 'offers', id, attributes, relationships } })
      await refresh('offers')
      return onClose()
    }
    const site_ = { site: { data: { type: 'sites' as const, id: siteId } } }
    const { data } = await createOffer({
      data: { type: 'offers', attributes, relationships: { ...relationships, ...site_ } },
    })
    await refresh('offers')
    await navigate({ to: '/s/$site/offers/$id', params: { site, id: data.id } })
  }

  return (
    <FormDialog
      title={edited ? t('offers.edit') : t('offers.add')}
      fields={FIELDS}
      submitLabel={edited ? t('save') : t('offers.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('offers.name')}
            data-autofocus
            value={values.title}
            error={errors.title}
            onChange={({ currentTarget }) => set({ title: currentTarget.value })}
          />
          <TextInput
            label={t('offers.internalTitle')}
            description={t('offers.internalTitleHint')}
            value={values.internal_title ?? ''}
            error={errors.internal_title}
            onChange={({ currentTarget }) => set({ internal_title: currentTarget.value || null })}
          />
          <Textarea
            label={t('offers.description')}
            autosize
            minRows={2}
            value={values.description ?? ''}
            error={errors.description}
            onChange={({ currentTarget }) => set({ description: currentTarget.value || null })}
          />
          <MultiSelect
            label={t('offers.products')}
            description={t('offers.productsHint')}
            searchable
            data={(products?.data ?? []).map(({ id, attributes }) => ({
              value: id,
              label: attributes.title,
            }))}
            value={values.products}
            error={errors.products}
            onChange={(ids) => set({ products: ids })}
          />
          <PriceFields values={values} errors={errors} set={set} />
          <NumberInput
            label={t('offers.accessDays')}
            description={t('offers.accessDaysHint')}
            min={1}
            allowDecimal={false}
            value={values.access_days ?? ''}
            error={errors.access_days}
            onChange={(days) => set({ access_days: days === '' ? null : Number(days) })}
          />
          <Switch
            label={t('offers.isGift')}
            description={t('offers.isGiftHint')}
            checked={values.is_gift}
            onChange={({ currentTarget }) => set({ is_gift: currentTarget.checked })}
          />
        </>
      )}
    </FormDialog>
  )
}
