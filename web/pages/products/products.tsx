import { Button, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { deleteProduct, listProducts, updateProduct } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../../parts/archived.tsx'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { EditIcon, PlusIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { language, t, textOr } from '../../texts/translate.ts'
import { ProductDialog } from './product-dialog.tsx'

async function restore(id: string): Promise<void> {
  await updateProduct(id, { data: { type: 'products', id, attributes: { archived: false } } })
  await refresh('products', 'courses')
}

const fields = (names: string): object => ({ 'fields[products]': names })

const WITHOUT_MEMBERS = fields('title,description,product_type_name,publish_status,thumbnail_url')

/** How many members each product of the page has: counted for each, which the list does not wait for. */
function useMembers(): Map<string, number> {
  const { data } = useSiteList('products', listProducts, {
    sort: 'title',
    ...fields('members_aggregate_count'),
  })
  return new Map(data?.data.map(({ id, attributes }) => [id, attributes.members_aggregate_count]))
}

export function Products() {
  const { search, change } = useAddress()
  const may = useMay()
  const { subdomain: site } = useCurrentSite()
  const isArchived = useShowsArchived()
  const query = useSiteList('products', listProducts, { sort: 'title', ...WITHOUT_MEMBERS })
  const members = useMembers()
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('products.name'),
      cell: ({ id, attributes }) => (
        <div className="with-picture">
          {attributes.thumbnail_url ? <img src={attributes.thumbnail_url} alt="" /> : <span />}
          {attributes.product_type_name === 'Course' && may('view:courses') && !isArchived ? (
            <Link to="/s/$site/products/$id" params={{ site, id }}>
              {attributes.title}
            </Link>
          ) : (
            <strong>{attributes.title}</strong>
          )}
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
      cell: ({ id }) => members.get(id)?.toLocaleString(language) ?? '…',
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes }) =>
        may('manage:products') &&
        (isArchived ? (
          <RestoreButton
            title={attributes.title}
            onClick={() => void restoring(attributes.title, () => restore(id))}
          />
        ) : (
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
        )),
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
        <ArchivedFilter />
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
        <ArchiveDialog
          title={chosen.attributes.title}
          archive={() => deleteProduct(chosen.id)}
          leave={async () => {
            await refresh('products')
            close()
          }}
          restore={() => restore(chosen.id)}
          onClose={close}
        >
          <p>{t('products.archiveText')}</p>
        </ArchiveDialog>
      )}
    </>
  )
}
