import { useQuery } from '@tanstack/react-query'
import { listEvents } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { EventList } from '../../parts/events.tsx'
import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** Everything that is recorded about a contact, newest first. */
export function Timeline({ contactId }: { contactId: string }) {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('events', listEvents, {
      'filter[site_id]': siteId,
      'filter[contact_id]': contactId,
      include: 'offer',
      sort: '-id',
      'page[size]': 50,
    }),
    enabled: may('view:events'),
  })
  if (!may('view:events')) return null
  return (
    <Card title={t('timeline.title')}>
      <EventList document={data} />
    </Card>
  )
}
