import { Button, Menu, TextInput } from '@mantine/core'
import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { now } from '../../api/clock.ts'
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
import { NotFound } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { ArchiveContent, restoreContent } from './archive-content.tsx'
import { StateOfContent } from './content-state.tsx'
import { type Content, KINDS, type Kind, operations, pathOf, stateOf } from './kinds.ts'

/** Leads to the first kind that the user may see. */
export function ContentStart() {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const kind = KINDS.find((one) => may(`view:${one}`))
  return kind ? <Navigate to="/s/$site/pages/$kind" params={{ site, kind }} replace /> : <NotFound />
}

export function ContentList() {
  const { kind } = useParams({ strict: false }) as { kind: Kind }
  return KINDS.includes(kind) ? <List key={kind} kind={kind} /> : <NotFound />
}

function List({ kind }: { kind: Kind }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const query = useSiteList(kind, operations[kind].list, { sort: '-updated_at' })
  const time = now()
  const isArchived = useShowsArchived()
  const mayEdit = may(`manage:${kind}`)
  const columns: Column<Content>[] = [
    {
      title: t('products.name'),
      cell: ({ id, attributes }) =>
        isArchived ? (
          <strong>{attributes.title}</strong>
        ) : (
          <Link to="/s/$site/pages/$kind/$id" params={{ site, kind, id }}>
            {attributes.title}
          </Link>
        ),
    },
    {
      title: t('products.status'),
      cell: ({ attributes }) => <StateOfContent state={stateOf(kind, attributes, time)} />,
    },
    {
      title: t('content.changed'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.updated_at} />,
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes }) =>
        isArchived ? (
          mayEdit && (
            <RestoreButton
              title={attributes.title}
              onClick={() => void restoring(attributes.title, () => restoreContent(kind, id))}
            />
          )
        ) : (
          <RowMenu
            title={attributes.title}
            path={stateOf(kind, attributes, time) === 'published' ? pathOf(attributes) : null}
            onArchive={mayEdit ? () => change({ dialog: 'archive', chosen: id }) : undefined}
          />
        ),
    },
  ]
  const close = () => change({ dialog: undefined, chosen: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.chosen)
  const add = mayEdit && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t(`content.add.${kind}`)}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('content.title')}
        lead={countOf(`content.count.${kind}`, query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <TabLinks
        label={t('content.kinds')}
        tabs={KINDS.filter((one) => may(`view:${one}`)).map((one) => ({
          key: one,
          label: t(`resource.${one}`),
          to: '/s/$site/pages/$kind',
          params: { site, kind: one },
        }))}
      />
      <div className="toolbar">
        <SearchField parameter="filter[title_cont]" label={t('products.search')} />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t(`resource.${kind}`)}
        query={query}
        columns={columns}
        empty={
          <Empty text={t(`content.empty.${kind}`)} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', `/v1/${kind}`, {
                data: { type: kind, attributes: { title: 'Watercolour' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <NewContent kind={kind} onClose={close} />}
      {search.dialog === 'archive' && chosen && (
        <ArchiveContent kind={kind} id={chosen.id} title={chosen.attributes.title} onClose={close} />
      )}
    </>
  )
}

interface RowMenuProps {
  title: string
  /** Of its page; null: it cannot be read. */
  path: string | null
  onArchive?: () => void
}

function RowMenu({ title, path, onArchive }: RowMenuProps) {
  if (path === null && !onArchive) return null
  return (
    <MoreMenu label={t('products.actionsOf', { title })} isInRow>
      {path && (
        <Menu.Item
          component="a"
          href={path}
          target="_blank"
          rel="noreferrer"
          leftSection={<ExternalIcon size={16} />}
        >
          {t('content.view')}
        </Menu.Item>
      )}
      {onArchive && (
        <Menu.Item leftSection={<TrashIcon size={16} />} onClick={onArchive}>
          {t('archive')}
        </Menu.Item>
      )}
    </MoreMenu>
  )
}

/** A new page is a draft until it is published; it is opened. */
function NewContent({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  return (
    <FormDialog
      title={t(`content.add.${kind}`)}
      fields={['title']}
      submitLabel={t('products.create')}
      onClose={onClose}
      onSubmit={async () => {
        const attributes = kind === 'podcasts' ? { title, public: false } : { title }
        const relationships = { site: { data: { type: 'sites', id: siteId } } }
        const { data } = await operations[kind].create({ data: { type: kind, attributes, relationships } })
        await refresh(kind)
        await navigate({ to: '/s/$site/pages/$kind/$id', params: { site, kind, id: data.id } })
      }}
    >
      {(errors) => (
        <TextInput
          label={t('products.name')}
          data-autofocus
          value={title}
          error={errors.title}
          onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}
