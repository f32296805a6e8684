import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listSegments, updateSegment } from '../../../api/generated.ts'
import { listOf, refresh } from '../../../api/queries.ts'
import { useMay } from '../../../api/session.ts'
import { attempt, notify } from '../../../parts/forms.tsx'
import { ChevronDownIcon, EditIcon, TrashIcon } from '../../../parts/icons.tsx'
import { MoreMenu } from '../../../parts/more-menu.tsx'
import { useAddress } from '../../../parts/search.ts'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { t } from '../../../texts/translate.ts'
import { conditionOf, filterIn } from '../filters/condition.ts'
import { ArchivedSegments, ArchiveSegment, NameSegment } from './segment-dialogs.tsx'
import { addressOf, attributesIn, isModified, type Segment } from './view.ts'
import './views.css'

/** So many views stand beside each other; the others are in a menu. */
const SHOWN = 5

/** The segments of the site as views of the list: one click applies filter, order and columns. */
export function Views() {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const mayRestore = useMay()('manage:contacts')
  const all = { 'filter[site_id]': siteId, sort: 'name', 'page[size]': 500 } as const
  const { data } = useQuery(listOf('segments', listSegments, all))
  const archived = useQuery({
    ...listOf('segments', listSegments, { ...all, 'filter[archived_eq]': 'true' }),
    enabled: mayRestore,
  })
  const archivedSegments: Segment[] = archived.data?.data ?? []
  const segments: Segment[] = data?.data ?? []
  const current = segments.find(({ id }) => id === search.view)
  const shown = segments.filter((segment, index) => index < SHOWN || segment === current)
  const others = segments.filter((segment) => !shown.includes(segment))
  const close = () => change({ dialog: undefined })
  return (
    <>
      {/* Rendered before segments are known, so that loading them does not move the list. */}
      <nav className="views" aria-label={t('views.title')}>
        <ViewLink name={t('views.everybody')} address={{}} isCurrent={!current} />
        {shown.map((segment) => (
          <ViewLink
            key={segment.id}
            name={segment.attributes.name}
            address={addressOf(segment)}
            isCurrent={segment === current}
          />
        ))}
        {others.length > 0 && <OtherViews segments={others} />}
        {archivedSegments.length > 0 && (
          <button type="button" className="view" onClick={() => change({ dialog: 'archived-segments' })}>
            {t('archived.title')}
          </button>
        )}
      </nav>
      {search.dialog === 'save-segment' && <NameSegment onClose={close} />}
      {search.dialog === 'rename-segment' && current && <NameSegment segment={current} onClose={close} />}
      {search.dialog === 'archived-segments' && archived.data && (
        <ArchivedSegments segments={archivedSegments} onClose={close} />
      )}
      {search.dialog === 'archive-segment' && current && <ArchiveSegment segment={current} onClose={close} />}
    </>
  )
}

function ViewLink({ name, address, isCurrent }: { name: string; address: object; isCurrent: boolean }) {
  return (
    <Link
      to="."
      search={address as never}
      className="view"
      aria-current={isCurrent ? 'true' : undefined}
      activeOptions={{ exact: true, includeSearch: true }}
    >
      {name}
    </Link>
  )
}

function OtherViews({ segments }: { segments: Segment[] }) {
  return (
    <Menu width={260}>
      <Menu.Target>
        <button type="button" className="view">
          {t('views.more', { n: segments.length })}
          <ChevronDownIcon size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {segments.map((segment) => (
          <Menu.Item
            key={segment.id}
            renderRoot={(props) => <Link to="." search={addressOf(segment) as never} {...props} />}
          >
            {segment.attributes.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** What can be done with the list as a view: save what has changed, save it as a new one, rename, archive. */
export function ViewActions() {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data } = useQuery(
    listOf('segments', listSegments, { 'filter[site_id]': siteId, sort: 'name', 'page[size]': 500 }),
  )
  if (!may('manage:contacts')) return null
  const current: Segment | undefined = data?.data.find(({ id }) => id === search.view)
  const hasFilter = conditionOf(filterIn(search)) !== undefined || Boolean(search['filter[search]'])
  const hasChanged = current && isModified(search, current)
  const saveNew = (
    <Button variant="default" size="xs" onClick={() => change({ dialog: 'save-segment' })}>
      {t(current ? 'views.saveNew' : 'views.save')}
    </Button>
  )
  if (!current) return hasFilter ? saveNew : null
  return (
    <span className="view-actions">
      {hasChanged && (
        <>
          <span className="meta">{t('views.modified')}</span>
          <Button size="xs" variant="default" onClick={() => void saveChanges(current.id, search)}>
            {t('views.saveChanges')}
          </Button>
          {saveNew}
        </>
      )}
      <MoreMenu label={t('views.actionsOf', { name: current.attributes.name })} isInRow width={180}>
        <Menu.Item leftSection={<EditIcon size={16} />} onClick={() => change({ dialog: 'rename-segment' })}>
          {t('views.rename')}
        </Menu.Item>
        <Menu.Item
          leftSection={<TrashIcon size={16} />}
          onClick={() => change({ dialog: 'archive-segment' })}
        >
          {t('archive')}
        </Menu.Item>
      </MoreMenu>
    </span>
  )
}

async function saveChanges(id: string, search: Parameters<typeof attributesIn>[0]): Promise<void> {
  await attempt(async () => {
    await updateSegment(id, { data: { type: 'segments', id, attributes: attributesIn(search) as never } })
    await refresh('segments')
    notify(t('views.saved'))
  })
}
