import { Select } from '@mantine/core'
import { listEvents } from '../api/generated.ts'
import { type Column, countOf, DataTable, FilterChips } from '../parts/data-table.tsx'
import { Moment } from '../parts/dates.tsx'
import { actorSentence, ContactOf, EventSentence } from '../parts/events.tsx'
import { Empty, Heading } from '../parts/page.tsx'
import { useAddress } from '../parts/search.ts'
import { useSiteList } from '../shell/use-site-list.ts'
import { EVENT_NAMES } from '../texts/event-names.ts'
import { t, textOr } from '../texts/translate.ts'

/** The event log: who did what, and when. */
export function Activity() {
  const { search, change } = useAddress()
  const query = useSiteList('events', listEvents, { sort: '-id', include: 'contact,offer' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    { title: t('activity.when'), cell: ({ attributes }) => <Moment at={attributes.occurred_at} /> },
    { title: t('activity.what'), cell: (event) => <EventSentence event={event} document={query.data!} /> },
    { title: t('activity.whom'), cell: (event) => <ContactOf event={event} document={query.data!} /> },
    { title: t('activity.who'), isMinor: true, cell: ({ attributes }) => actorSentence(attributes.actor) },
  ]
  return (
    <>
      <Heading title={t('activity.title')} lead={countOf('activity.count', query.data)} />
      <div className="toolbar">
        <Select
          className="search-field"
          searchable
          clearable
          aria-label={t('activity.filter')}
          placeholder={t('activity.filter')}
          data={EVENT_NAMES.map((name) => ({ value: name, label: nameOf(name) }))}
          value={search['filter[event]'] ?? null}
          onChange={(name) => change({ 'filter[event]': name ?? undefined, 'page[number]': undefined })}
        />
        <FilterChips labels={{ 'filter[contact_id]': (id) => t('activity.ofContact', { id }) }} />
      </div>
      <DataTable
        label={t('activity.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('activity.empty')} />}
      />
    </>
  )
}

const nameOf = (name: string): string => textOr(`eventName.${name}`, name)
