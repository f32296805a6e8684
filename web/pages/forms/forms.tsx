import { Button, Menu, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createForm, listForms } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../../parts/archived.tsx'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { ExternalIcon, PlusIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { ArchiveForm, restoreForm } from './archive-form.tsx'
import { formPath } from './form-path.ts'

export function Forms() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const mayEdit = useMay()('manage:forms')
  const isArchived = useShowsArchived()
  const query = useSiteList('forms', listForms, { sort: 'title' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('products.name'),
      cell: ({ id, attributes }) =>
        isArchived ? (
          <strong>{attributes.title}</strong>
        ) : (
          <Link to="/s/$site/forms/$id" params={{ site, id }}>
            {attributes.title}
          </Link>
        ),
    },
    {
      title: t('products.status'),
      isMinor: true,
      cell: ({ attributes }) => attributes.default && <State tone="plain">{t('forms.isDefault')}</State>,
    },
    {
      title: t('content.changed'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.updated_at} />,
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes: { title } }) =>
        isArchived ? (
          mayEdit && (
            <RestoreButton title={title} onClick={() => void restoring(title, () => restoreForm(id))} />
          )
        ) : (
          <MoreMenu label={t('products.actionsOf', { title })} isInRow>
            <Menu.Item
              component="a"
              href={formPath(site, id)}
              target="_blank"
              rel="noreferrer"
              leftSection={<ExternalIcon size={16} />}
            >
              {t('content.view')}
            </Menu.Item>
            {mayEdit && (
              <Menu.Item
                leftSection={<TrashIcon size={16} />}
                onClick={() => change({ dialog: 'archive', form: id })}
              >
                {t('archive')}
              </Menu.Item>
            )}
          </MoreMenu>
        ),
    },
  ]
  const close = () => change({ dialog: undefined, form: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.form)
  const add = mayEdit && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('forms.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('forms.title')}
        lead={countOf('forms.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[title_cont]" label={t('products.search')} />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t('forms.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('forms.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/forms', {
                data: { type: 'forms', attributes: { title: 'Newsletter' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <NewForm onClose={close} />}
      {search.dialog === 'archive' && chosen && (
        <ArchiveForm id={chosen.id} title={chosen.attributes.title} onClose={close} />
      )}
    </>
  )
}

/** A new form asks for name and e-mail; it is opened. */
function NewForm({ onClose }: { onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  return (
    <FormDialog
      title={t('forms.add')}
      fields={['title']}
      submitLabel={t('products.create')}
      onClose={onClose}
      onSubmit={async () => {
        const relationships = { site: { data: { type: 'sites' as const, id: siteId } } }
        const { data } = await createForm({ data: { type: 'forms', attributes: { title }, relationships } })
        await refresh('forms')
        await navigate({ to: '/s/$site/forms/$id', params: { site, id: data.id } })
      }}
    >
      {(errors) => (
        <TextInput
          label={t('products.name')}
          description={t('forms.titleHint')}
          data-autofocus
          value={title}
          error={errors.title}
          onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}
