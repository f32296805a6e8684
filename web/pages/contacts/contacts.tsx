import { Button, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { findIncluded } from '../../api/documents.ts'
import { createContact, listContacts } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code, curl } from '../../parts/code.tsx'
import {
  type Column,
  countOf,
  DataTable,
  FilterChips,
  isEmpty,
  SearchField,
} from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'

export function Contacts() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const query = useSiteList('contacts', listContacts, { include: 'tags' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('contacts.name'),
      cell: ({ id, attributes }) => (
        <Link to="/s/$site/contacts/$id" params={{ site, id }}>
          {attributes.name || attributes.email}
        </Link>
      ),
    },
    { title: t('contacts.email'), cell: ({ attributes }) => attributes.email },
    {
      title: t('contacts.tags'),
      isMinor: true,
      cell: ({ relationships }) => (
        <ul className="chips">
          {(relationships.tags?.data ?? []).map((tag) => (
            <li key={tag.id}>{String(findIncluded(query.data, tag)?.attributes.name ?? tag.id)}</li>
          ))}
        </ul>
      ),
    },
    {
      title: t('contacts.customer'),
      isMinor: true,
      cell: ({ relationships }) =>
        relationships.customer?.data ? (
          <State tone="good">{t('contacts.isCustomer')}</State>
        ) : (
          <span className="meta">–</span>
        ),
    },
    {
      title: t('contacts.added'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} as="day" />,
    },
  ]
  const add = may('manage:contacts') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('contacts.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('contacts.title')}
        lead={countOf('contacts.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField label={t('contacts.search')} />
        <FilterChips labels={{ 'filter[tag_id]': (id) => t('contacts.withTag', { tag: id }) }} />
      </div>
      <DataTable
        label={t('contacts.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('contacts.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/contacts', {
                data: { type: 'contacts', attributes: { name: 'Ada Lovelace', email: 'ada@example.com' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <NewContact onClose={() => change({ dialog: undefined })} />}
    </>
  )
}

function NewContact({ onClose }: { onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  async function create() {
    const { data } = await createContact({
      data: {
        type: 'contacts',
        attributes: { name, email },
        relationships: { site: { data: { type: 'sites', id: siteId } } },
      },
    })
    await refresh('contacts')
    await navigate({ to: '/s/$site/contacts/$id', params: { site, id: data.id } })
  }
  return (
    <FormDialog
      title={t('contacts.add')}
      fields={['name', 'email']}
      submitLabel={t('contacts.create')}
      onClose={onClose}
      onSubmit={create}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('contacts.name')}
            data-autofocus
            value={name}
            error={errors.name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TextInput
            label={t('contacts.email')}
            type="email"
            value={email}
            error={errors.email}
            onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}
