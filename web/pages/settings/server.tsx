import { Button } from '@mantine/core'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { plural, type TextKey, t } from '../../texts/translate.ts'
import { ClockDialog } from './clock-dialog.tsx'
import { useServer } from './use-server.ts'

const days = (n: number) => plural('settings.days', n)

/** The settings of the server, which its environment has; the clock can be moved in development. */
export function ServerSettings() {
  const { search, change } = useAddress()
  const mayConfigure = useMay()('configure:sites')
  const { data, error, refetch } = useServer()
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const server = data.data.attributes
  const canMove = server.can_move_clock && mayConfigure
  return (
    <>
      <Card title={t('settings.server')}>
        <Facts
          facts={{
            [t('settings.version')]: server.version,
            [t('settings.mode')]: t(`settings.mode.${server.mode}` as TextKey),
            [t('settings.url')]: server.public_url,
            [t('settings.uploads')]: t(`settings.uploads.${server.uploads}` as TextKey),
          }}
        />
      </Card>
      <Card title={t('settings.retention')}>
        <Facts
          facts={{
            [t('settings.keepEvents')]: days(server.keep_events_days),
            [t('settings.keepDeliveries')]: days(server.keep_deliveries_days),
            [t('settings.keepJobs')]: days(server.keep_bulk_jobs_days),
          }}
        />
        <p className="meta">{t('settings.environment')}</p>
      </Card>
      <Card
        title={t('settings.clock')}
        action={
          canMove && (
            <Button variant="default" size="xs" onClick={() => change({ dialog: 'advance-clock' })}>
              {t('clock.advance')}
            </Button>
          )
        }
      >
        <Facts facts={{ [t('settings.time')]: <Moment at={server.time} as="day" /> }} />
        {canMove && <p className="meta">{t('clock.hint')}</p>}
      </Card>
      {search.dialog === 'advance-clock' && canMove && (
        <ClockDialog time={server.time} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}
