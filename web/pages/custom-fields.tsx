import { Button, Menu } from '@mantine/core'
import { deleteCustomField, listCustomFields, updateCustomField } from '../api/generated.ts'
import { refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { ArchiveDialog } from '../parts/archive-dialog.tsx'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../parts/archived.tsx'
import { Code, curl } from '../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../parts/data-table.tsx'
import { EditIcon, PlusIcon, TrashIcon } from '../parts/icons.tsx'
import { MoreMenu } from '../parts/more-menu.tsx'
import { Empty, Heading } from '../parts/page.tsx'
import { useAddress } from '../parts/search.ts'
import { useSiteList } from '../shell/use-site-list.ts'
import { t, textOr } from '../texts/translate.ts'
import { CustomFieldDialog } from './custom-field-dialog.tsx'

async function restoreField(id: string): Promise<void> {
  await updateCustomField(id, { data: { type: 'custom_fields', id, attributes: { archived: false } } })
  await refresh('custom_fields', 'contacts')
}

/** What else the site keeps of its contacts. */
export function CustomFields() {
  const { search, change } = useAddress()
  const may = useMay()
  const isArchived = useShowsArchived()
  const query = useSiteList('custom_fields', listCustomFields)
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('fields.name'),
      sort: 'title',
      cell: ({ attributes }) => (
        <>
          <strong>{attributes.title}</strong>
          {attributes.select_options && (
            <div className="meta">{attributes.select_options.split('\n').join(', ')}</div>
          )}
        </>
      ),
    },
    { title: t('fields.handle'), sort: 'handle', cell: ({ attributes }) => <code>{attributes.handle}</code> },
    {
      title: t('fields.type'),
      isMinor: true,
      sort: 'type',
      cell: ({ attributes }) => typeName(attributes.type),
    },
    {
      title: t('fields.required'),
      isMinor: true,
      cell: ({ attributes }) => (attributes.required ? t('yes') : <span className="meta">–</span>),
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes: { title } }) =>
        may('manage:contacts') &&
        (isArchived ? (
          <RestoreButton title={title} onClick={() => void restoring(title, () => restoreField(id))} />
        ) : (
          <MoreMenu label={t('fields.actionsOf', { title })} isInRow width={180}>
            <Menu.Item
              leftSection={<EditIcon size={16} />}
              onClick={() => change({ dialog: 'edit', field: id })}
            >
              {t('edit')}
            </Menu.Item>
            <Menu.Item
              leftSection={<TrashIcon size={16} />}
              onClick={() => change({ dialog: 'archive', field: id })}
            >
              {t('archive')}
            </Menu.Item>
          </MoreMenu>
        )),
    },
  ]
  const close = () => change({ dialog: undefined, field: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.field)
  const add = may('manage:contacts') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('fields.new')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('fields.title')}
        lead={countOf('fields.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[title_cont]" label={t('fields.search')} />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t('fields.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('fields.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/custom_fields', {
                data: { type: 'custom_fields', attributes: { title: 'Shoe size', type: 'NumberField' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <CustomFieldDialog onClose={close} />}
      {search.dialog === 'edit' && chosen && (
        <CustomFieldDialog edited={{ id: chosen.id, ...chosen.attributes }} onClose={close} />
      )}
      {search.dialog === 'archive' && chosen && (
        <ArchiveField id={chosen.id} title={chosen.attributes.title} onClose={close} />
      )}
    </>
  )
}

export const typeName = (type: string): string => textOr(`fieldType.${type}`, type)

function ArchiveField({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  return (
    <ArchiveDialog
      title={title}
      heading={t('fields.archiveTitle', { title })}
      archive={() => deleteCustomField(id)}
      leave={async () => {
        await refresh('custom_fields', 'contacts')
        onClose()
      }}
      restore={() => restoreField(id)}
      onClose={onClose}
    >
      <p>{t('fields.archiveText')}</p>
    </ArchiveDialog>
  )
}
