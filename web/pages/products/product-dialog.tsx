import { Select, Textarea, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createCourse, createProduct, updateProduct } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { FormDialog } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

interface ProductDialogProps {
  /** Left out: a new one is created. */
  product?: { id: string; title: string; description: string | null }
  onClose: () => void
}

const TYPES = ['Course', 'Community', 'Coaching', 'Download'] as const

/** Creates a product or changes one. A new course is opened. */
export function ProductDialog({ product, onClose }: ProductDialogProps) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const may = useMay()
  const types = TYPES.filter((one) => one !== 'Course' || may('manage:courses'))
  const [type, setType] = useState<string>(types[0]!)
  const [title, setTitle] = useState(product?.title ?? '')
  const [description, setDescription] = useState(product?.description ?? '')

  async function save() {
    const attributes = { title, description: description || null }
    const relationships = { site: { data: { type: 'sites' as const, id: siteId } } }
    if (product) {
      const { id } = product
      await updateProduct(id, { data: { type: 'products', id, attributes } })
    } else if (type === 'Course') {
      const { data } = await createCourse({ data: { type: 'courses', attributes, relationships } })
      await navigate({ to: '/s/$site/products/$id', params: { site, id: data.id } })
    } else {
      const typed = { ...attributes, product_type_name: type }
      await createProduct({ data: { type: 'products', attributes: typed, relationships } })
    }
    await refresh('products')
    if (product || type !== 'Course') onClose()
  }
  return (
    <FormDialog
      title={product ? t('products.edit') : t('products.add')}
      fields={['title', 'description', 'product_type_name']}
      submitLabel={product ? t('save') : t('products.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('products.name')}
            data-autofocus
            value={title}
            error={errors.title}
            onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          />
          {!product && (
            <Select
              label={t('products.type')}
              description={t('products.typeHint')}
              allowDeselect={false}
              data={types.map((one) => ({ value: one, label: t(`product.${one}`) }))}
              value={type}
              error={errors.product_type_name}
              onChange={(chosen) => setType(chosen!)}
            />
          )}
          <Textarea
            label={t('offers.description')}
            autosize
            minRows={3}
            value={description}
            error={errors.description}
            onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}
