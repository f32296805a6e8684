import { Button } from '@mantine/core'
import { Link, Navigate } from '@tanstack/react-router'
import { listImports } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { type Column, DataTable, isEmpty, PhoneLine } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Actor } from '../../parts/events.tsx'
import { UploadIcon } from '../../parts/icons.tsx'
import { ChoiceFilter } from '../../parts/list-filters.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { language, t } from '../../texts/translate.ts'
import { DataTabs } from './data-tabs.tsx'
import { isRunning, type ShownImport, useKinds, useMayImport, WHILE_RUNNING_MS } from './import-data.ts'
import { NewImport } from './new-import.tsx'
import { kindName, stateOf } from './words.ts'

/** What was imported into the site, and the start of another import. */
export function Imports() {
  const { subdomain: site } = useCurrentSite()
  return useMay()('view:imports') ? (
    <ImportList />
  ) : (
    <Navigate to="/s/$site/exports" params={{ site }} replace />
  )
}

function ImportList() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const query = useSiteList('imports', listImports, {}, (page) =>
    page.data.some((one) => isRunning(one as ShownImport)) ? WHILE_RUNNING_MS : false,
  )
  const mayImport = useMayImport()
  const kinds = useKinds()?.filter(mayImport) ?? []
  const add = kinds.length > 0 && (
    <Button leftSection={<UploadIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('imports.add')}
    </Button>
  )
  const columns: Column<ShownImport>[] = [
    {
      title: t('imports.file'),
      cell: ({ id, attributes }) => (
        <>
          <Link to="/s/$site/imports/$id" params={{ site, id }}>
            {attributes.file_name}
          </Link>
          <PhoneLine>{kindName(attributes.kind)}</PhoneLine>
        </>
      ),
    },
    { title: t('imports.what'), isMinor: true, cell: ({ attributes }) => kindName(attributes.kind) },
    { title: t('imports.state'), cell: (one) => <StateOf status={stateOf(one)} /> },
    {
      title: t('imports.rows'),
      isFigure: true,
      cell: ({ attributes }) => attributes.total.toLocaleString(language),
    },
    {
      title: t('imports.rejected'),
      isFigure: true,
      cell: ({ attributes }) => attributes.rejected.toLocaleString(language),
    },
    {
      title: t('imports.by'),
      isMinor: true,
      cell: ({ attributes }) => <Actor actor={attributes.actor} />,
    },
    {
      title: t('imports.when'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} />,
    },
  ]
  return (
    <>
      <Heading
        title={t('nav.imports')}
        lead={t('imports.lead')}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <DataTabs />
      {!isEmpty(query.data, search) && (
        <div className="toolbar">
          <ChoiceFilter
            name="filter[kind]"
            label={t('imports.what')}
            options={Object.fromEntries(KINDS.map((kind) => [kind, kindName(kind)]))}
          />
        </div>
      )}
      <DataTable
        label={t('imports.imports')}
        query={query}
        columns={columns}
        empty={<Empty text={t('imports.empty')} action={add} />}
      />
      {search.dialog === 'new' && kinds.length > 0 && (
        <NewImport kinds={kinds} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}

const KINDS = ['contacts', 'subscriptions', 'transactions', 'form_submissions']
