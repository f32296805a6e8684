import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { getContact, listEvents } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, countOf, DataTable, FilterChips, PhoneLine } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { useActorNames } from '../../parts/event-names.ts'
import { Actor, ContactOf, EventSentence } from '../../parts/events.tsx'
import { FilterSelect } from '../../parts/filter-select.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { EVENT_NAMES } from '../../texts/event-names.ts'
import { t, textOr } from '../../texts/translate.ts'
import { DayRange } from './day-range.tsx'

const EventPanel = onDemand(async () => (await import('./event-panel.tsx')).EventPanel)

/** The event log: who did what, when, and what followed from it. */
export function Activity() {
  const { search, change } = useAddress()
  const query = useSiteList('events', listEvents, { sort: '-id', include: 'contact,offer' })
  const actors = useActorNames()
  const contactName = useContactName(search['filter[contact_id]'])
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    { title: t('activity.when'), cell: ({ attributes }) => <Moment at={attributes.occurred_at} /> },
    {
      title: t('activity.what'),
      cell: (event) => (
        <>
          <Link to="." search={{ ...search, event: event.id }}>
            <EventSentence event={event} document={query.data!} />
          </Link>
          <PhoneLine>
            <ContactOf event={event} document={query.data!} />
          </PhoneLine>
        </>
      ),
    },
    {
      title: t('activity.whom'),
      isMinor: true,
      cell: (event) => <ContactOf event={event} document={query.data!} />,
    },
    {
      title: t('activity.who'),
      isMinor: true,
      cell: ({ attributes }) => <Actor actor={attributes.actor} />,
    },
  ]
  return (
    <>
      <Heading title={t('activity.title')} lead={countOf('activity.count', query.data)} />
      <div className="toolbar">
        <FilterSelect
          parameter="filter[event]"
          label={t('activity.filter')}
          options={EVENT_NAMES.map((name) => ({ value: name, label: nameOf(name) }))}
        />
        <FilterSelect
          parameter="filter[actor]"
          label={t('activity.actor')}
          options={[
            ...[...actors].map(([value, label]) => ({ value, label })),
            { value: 'system', label: t('activity.system') },
          ]}
        />
        <DayRange />
        <FilterChips
          labels={{ 'filter[contact_id]': () => t('activity.ofContact', { name: contactName }) }}
        />
      </div>
      <DataTable
        label={t('activity.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('activity.empty')} />}
      />
      {search.event && <EventPanel id={search.event} onClose={() => change({ event: undefined })} />}
    </>
  )
}

/** The name of a contact, or its address; its id while it is read, and of one that is deleted. */
function useContactName(id = ''): string {
  const isEnabled = useMay()('view:contacts') && id !== ''
  const { data } = useQuery({ ...oneOf('contacts', getContact, id), enabled: isEnabled })
  return (data && (data.data.attributes.name || data.data.attributes.email)) || id
}

/** The name of an event; one that has none of its own has a sentence that says no more. */
const nameOf = (event: string): string => textOr(`eventName.${event}`, textOr(`event.${event}`, event))
