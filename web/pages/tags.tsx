import { Button, Menu, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { createContactTag, deleteContactTag, listContactTags, updateContactTag } from '../api/generated.ts'
import { refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { ArchiveDialog } from '../parts/archive-dialog.tsx'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../parts/archived.tsx'
import { Code, curl } from '../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../parts/data-table.tsx'
import { FormDialog } from '../parts/forms.tsx'
import { EditIcon, PlusIcon, TrashIcon } from '../parts/icons.tsx'
import { MoreMenu } from '../parts/more-menu.tsx'
import { Empty, Heading } from '../parts/page.tsx'
import { useAddress } from '../parts/search.ts'
import { useCurrentSite } from '../shell/use-site.ts'
import { useSiteList } from '../shell/use-site-list.ts'
import { plural, t } from '../texts/translate.ts'

async function restoreTag(id: string): Promise<void> {
  await updateContactTag(id, { data: { type: 'contact_tags', id, attributes: { archived: false } } })
  await refresh('contact_tags', 'contacts')
}

/** The labels of the site, with how many contacts have each. */
export function Tags() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const isArchived = useShowsArchived()
  const query = useSiteList('contact_tags', listContactTags, {
    'fields[contact_tags]': 'name,contacts_count' as never,
    sort: 'name',
  })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('tags.name'),
      sort: 'name',
      cell: (tag) =>
        search.rename === tag.id ? (
          <Rename id={tag.id} name={tag.attributes.name} onClose={() => change({ rename: undefined })} />
        ) : (
          <strong>{tag.attributes.name}</strong>
        ),
    },
    {
      title: t('contacts.title'),
      isFigure: true,
      cell: ({ id, attributes: { contacts_count } }) => (
        <Link to="/s/$site/contacts" params={{ site }} search={{ 'filter[has_tag_id]': id } as never}>
          {plural('contacts.count', contacts_count)}
        </Link>
      ),
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes: { name } }) =>
        may('manage:contacts') &&
        (isArchived ? (
          <RestoreButton title={name} onClick={() => void restoring(name, () => restoreTag(id))} />
        ) : (
          <MoreMenu label={t('tags.actionsOf', { name })} isInRow width={180}>
            <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => change({ rename: id })}>
              {t('tags.rename')}
            </Menu.Item>
            <Menu.Item
              leftSection={<TrashIcon size={16} />}
              onClick={() => change({ dialog: 'archive', tag: id })}
            >
              {t('archive')}
            </Menu.Item>
          </MoreMenu>
        )),
    },
  ]
  const close = () => change({ dialog: undefined, tag: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.tag)
  const add = may('manage:contacts') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('tags.new')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('contacts.tags')}
        lead={countOf('tags.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[name_cont]" label={t('tags.search')} />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t('contacts.tags')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('tags.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/contact_tags', {
                data: { type: 'contact_tags', attributes: { name: 'VIP' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <NewTag onClose={close} />}
      {search.dialog === 'archive' && chosen && <ArchiveTag tag={chosen} onClose={close} />}
    </>
  )
}

/** The name in its row: Enter saves it, Escape leaves it as it was. */
function Rename({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [text, setText] = useState(name)
  const [error, setError] = useState<string | null>(null)
  async function save() {
    if (text.trim() === name) return onClose()
    try {
      await updateContactTag(id, { data: { type: 'contact_tags', id, attributes: { name: text } } })
      await refresh('contact_tags', 'contacts')
      onClose()
    } catch (problem) {
      setError((problem as Error).message)
    }
  }
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <TextInput
        size="xs"
        aria-label={t('tags.renameOf', { name })}
        // The person has just asked to rename it.
        autoFocus
        value={text}
        error={error}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Escape' && onClose()}
      />
      <Button type="submit" size="xs">
        {t('save')}
      </Button>
    </form>
  )
}

function NewTag({ onClose }: { onClose: () => void }) {
  const { id: siteId } = useCurrentSite()
  const [name, setName] = useState('')
  return (
    <FormDialog
      title={t('tags.new')}
      fields={['name']}
      submitLabel={t('tags.create')}
      onClose={onClose}
      onSubmit={async () => {
        await createContactTag({
          data: {
            type: 'contact_tags',
            attributes: { name },
            relationships: { site: { data: { type: 'sites', id: siteId } } },
          },
        })
        await refresh('contact_tags')
        onClose()
      }}
    >
      {(errors) => (
        <TextInput
          label={t('tags.name')}
          data-autofocus
          value={name}
          error={errors.name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}

interface ArchiveTagProps {
  tag: { id: string; attributes: { name: string; contacts_count: number } }
  onClose: () => void
}

/** The API refuses it, with their names, while automations, forms or segments use the tag. */
function ArchiveTag({ tag: { id, attributes }, onClose }: ArchiveTagProps) {
  const { name, contacts_count } = attributes
  return (
    <ArchiveDialog
      title={name}
      heading={t('tags.archiveTitle', { name })}
      archive={() => deleteContactTag(id)}
      leave={async () => {
        await refresh('contact_tags', 'contacts')
        onClose()
      }}
      restore={() => restoreTag(id)}
      onClose={onClose}
    >
      <p>{plural('tags.archiveText', contacts_count)}</p>
    </ArchiveDialog>
  )
}
