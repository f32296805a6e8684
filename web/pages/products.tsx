import { Button, Menu, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createProduct, deleteProduct, listProducts, updateProduct } from '../api/generated.ts'
import { refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { Code, curl } from '../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../parts/data-table.tsx'
import { FormDialog, notify } from '../parts/forms.tsx'
import { EditIcon, PlusIcon, TrashIcon } from '../parts/icons.tsx'
import { MoreMenu } from '../parts/more-menu.tsx'
import { Empty, Heading } from '../parts/page.tsx'
import { useAddress } from '../parts/search.ts'
import { State } from '../parts/state.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { useSiteList } from '../shell/use-site-list.ts'
import { language, t, textOr } from '../texts/translate.ts'

export function Products() {
  const { search, change } = useAddress()
  const may = useMay()
  const query = useSiteList('products', listProducts, { sort: 'title' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('products.name'),
      cell: ({ attributes }) => (
        <div className="with-picture">
          {attributes.thumbnail_url ? <img src={attributes.thumbnail_url} alt="" /> : <span />}
          <strong>{attributes.title}</strong>
        </div>
      ),
    },
    {
      title: t('products.type'),
      isMinor: true,
      cell: ({ attributes }) =>
        textOr(`product.${attributes.product_type_name}`, attributes.product_type_name),
    },
    {
      title: t('products.status'),
      cell: ({ attributes }) => (
        <State tone={attributes.publish_status === 'published' ? 'good' : 'plain'}>
          {textOr(`status.${attributes.publish_status}`, attributes.publish_status)}
        </State>
      ),
    },
    {
      title: t('products.members'),
      isFigure: true,
      cell: ({ attributes }) => attributes.members_aggregate_count.toLocaleString(language),
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes }) =>
        may('manage:products') && (
          <MoreMenu label={t('products.actionsOf', { title: attributes.title })} isInRow width={180}>
            <Menu.Item
              leftSection={<EditIcon size={16} />}
              onClick={() => change({ dialog: 'edit', product: id })}
            >
              {t('edit')}
            </Menu.Item>
            <Menu.Item
              leftSection={<TrashIcon size={16} />}
              onClick={() => change({ dialog: 'archive', product: id })}
            >
              {t('archive')}
            </Menu.Item>
          </MoreMenu>
        ),
    },
  ]
  const close = () => change({ dialog: undefined, product: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.product)
  const add = may('manage:products') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('products.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('products.title')}
        lead={countOf('products.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[title_cont]" label={t('products.search')} />
      </div>
      <DataTable
        label={t('products.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('products.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/products', {
                data: { type: 'products', attributes: { title: 'Watercolour Basics' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <ProductDialog onClose={close} />}
      {search.dialog === 'edit' && chosen && (
        <ProductDialog product={{ id: chosen.id, ...chosen.attributes }} onClose={close} />
      )}
      {search.dialog === 'archive' && chosen && (
        <FormDialog
          title={t('products.archiveTitle', { title: chosen.attributes.title })}
          fields={[]}
          submitLabel={t('archive')}
          isDangerous
          onClose={close}
          onSubmit={async () => {
            await deleteProduct(chosen.id)
            await refresh('products')
            close()
            notify(t('products.archived', { title: chosen.attributes.title }))
          }}
        >
          {() => <p>{t('products.archiveText')}</p>}
        </FormDialog>
      )}
    </>
  )
}

interface EditedProduct {
  id: string
  title: string
  description: string | null
}

function ProductDialog({ product, onClose }: { product?: EditedProduct; onClose: () => void }) {
  const { id: siteId } = useCurrentSite()
  const [title, setTitle] = useState(product?.title ?? '')
  const [description, setDescription] = useState(product?.description ?? '')
  async function save() {
    const attributes = { title, description: description || null }
    if (product) await updateProduct(product.id, { data: { type: 'products', id: product.id, attributes } })
    else
      await createProduct({
        data: {
          type: 'products',
          attributes,
          relationships: { site: { data: { type: 'sites', id: siteId } } },
        },
      })
    await refresh('products')
    onClose()
  }
  return (
    <FormDialog
      title={product ? t('products.edit') : t('products.add')}
      fields={['title', 'description']}
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
