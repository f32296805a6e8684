import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listEvents } from '../../api/generated.ts'
import { listOf, UNCOUNTED } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { EventList } from '../../parts/events.tsx'
import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

const SHOWN = 50

/** What is recorded about a contact, newest first; the activity has what is not shown here. */
export function Timeline({ contactId }: { contactId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('events', listEvents, {
      'filter[site_id]': siteId,
      'filter[contact_id]': contactId,
      include: 'offer',
      sort: '-id',
      'page[size]': SHOWN,
      ...UNCOUNTED,
    }),
    enabled: may('view:events'),
  })
  if (!may('view:events')) return null
  return (
    <Card
      title={t('timeline.title')}
      action={
        <Link to="/s/$site/activity" params={{ site }} search={{ 'filter[contact_id]': contactId }}>
          {t('home.allActivity')}
        </Link>
      }
    >
      <EventList document={data} />
    </Card>
  )
}
