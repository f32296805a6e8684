import { Button, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createContact, listContacts } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code, curl } from '../../parts/code.tsx'
import { countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { FilterIcon, PlusIcon } from '../../parts/icons.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { apiParameters, useAddress } from '../../parts/search.ts'
import { useSelection } from '../../parts/selection.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { SelectionBar } from '../bulk/selection-bar.tsx'
import { type ContactRow, columnsIn, columnsOf, nameColumn, WITH_TAGS } from './columns.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { filterIn, toFilterObject } from './filters/condition.ts'
import { ContactFilterChips } from './filters/filter-chips.tsx'
import { useCustomFields, useFields } from './filters/use-fields.ts'
import { ViewActions, Views } from './views/views.tsx'

const FilterDialog = onDemand(async () => (await import('./filters/filter-dialog.tsx')).FilterDialog)

/** The contacts of the site: filtered, saved as views, selected for changes of many at once. */
export function Contacts() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const query = useSiteList('contacts', listContacts, WITH_TAGS)
  const fields = useFields()
  const available = columnsOf(query.data, useCustomFields())
  const columns = columnsIn(search).flatMap((name) => available.get(name) ?? [])
  const { 'page[number]': _, sort: __, ...filters } = apiParameters(search)
  const selection = useSelection(JSON.stringify(filters))
  const add = may('manage:contacts') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('contacts.add')}
    </Button>
  )
  const close = () => change({ dialog: undefined })
  return (
    <>
      <Heading
        title={t('contacts.title')}
        lead={countOf('contacts.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <Views />
      <div className="toolbar">
        <SearchField label={t('contacts.search')} />
        <Button
          variant="default"
          leftSection={<FilterIcon size={16} />}
          onClick={() => change({ dialog: 'filter' })}
        >
          {t('filter.open')}
        </Button>
        <ColumnsMenu columns={available} />
        <ContactFilterChips fields={fields} />
        <ViewActions />
      </div>
      <DataTable
        label={t('contacts.title')}
        query={query}
        columns={[nameColumn(site), ...columns]}
        selection={
          may('manage:contacts')
            ? { ...selection, nameOf: ({ attributes }: ContactRow) => attributes.name || attributes.email }
            : undefined
        }
        empty={
          <Empty text={t('contacts.empty')} action={add}>
            {may('manage:imports') && (
              <Link to="/s/$site/imports" params={{ site }} search={{ dialog: 'new' } as never}>
                {t('contacts.import')}
              </Link>
            )}
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/contacts', {
                data: { type: 'contacts', attributes: { name: 'Ada Lovelace', email: 'ada@example.com' } },
              })}
            />
          </Empty>
        }
      />
      <SelectionBar
        selection={selection}
        total={query.data?.meta.total_count ?? 0}
        filter={toFilterObject(filterIn(search), search['filter[search]'])}
      />
      {search.dialog === 'new' && <NewContact onClose={close} />}
      {search.dialog === 'filter' && <FilterDialog fields={fields} onClose={close} />}
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
