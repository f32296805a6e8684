import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getOfferActivationUrl, listEvents, rotateOfferActivationUrl } from '../../api/generated.ts'
import { listOf, oneOf, refresh, UNCOUNTED } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code } from '../../parts/code.tsx'
import { EventList } from '../../parts/events.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { RotateIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

/** The secret addresses with which other programs grant the offer, and what was done with them. */
export function ActivationUrls({ offerId }: { offerId: string }) {
  const may = useMay()
  return (
    <>
      <Urls offerId={offerId} />
      {may('view:events') && <Calls offerId={offerId} />}
    </>
  )
}

/** They are read when somebody asks for them, and are masked before. */
function Urls({ offerId }: { offerId: string }) {
  const { search, change } = useAddress()
  const [isShown, setShown] = useState(false)
  const { data, error } = useQuery({
    ...oneOf('activation_urls', (id, _, init) => getOfferActivationUrl(id, init), offerId),
    enabled: isShown,
    gcTime: 0,
  })
  const urls = isShown ? data?.data.attributes : undefined
  const masked = (act: string) => `${location.origin}/webhooks/offers/••••••••••••/${offerId}/${act}`
  return (
    <Card
      title={t('offers.urls')}
      action={
        <Button
          variant="default"
          size="xs"
          leftSection={<RotateIcon size={14} />}
          onClick={() => change({ dialog: 'rotate' })}
        >
          {t('rotate')}
        </Button>
      }
    >
      <div className="fields">
        <p>{t('offers.urlsText')}</p>
        {error && <Problem error={error} />}
        {urls ? (
          <>
            <Code label={t('offers.activate')} code={urls.activate_url} />
            <Code label={t('offers.deactivate')} code={urls.deactivate_url} />
          </>
        ) : (
          <>
            <code className="masked">{masked('activate')}</code>
            <code className="masked">{masked('deactivate')}</code>
          </>
        )}
        <div>
          <Button variant="default" size="xs" onClick={() => setShown(!isShown)}>
            {isShown ? t('offers.hideUrls') : t('offers.showUrls')}
          </Button>
        </div>
      </div>
      {search.dialog === 'rotate' && (
        <FormDialog
          title={t('offers.rotateTitle')}
          fields={[]}
          submitLabel={t('rotate')}
          isDangerous
          onClose={() => change({ dialog: undefined })}
          onSubmit={async () => {
            await rotateOfferActivationUrl(offerId)
            await refresh('activation_urls')
            change({ dialog: undefined })
            notify(t('offers.urlsRotated'))
          }}
        >
          {() => <p>{t('offers.rotateText')}</p>}
        </FormDialog>
      )}
    </Card>
  )
}

const LATEST = 10

/** The last grants and revocations through the addresses. */
function Calls({ offerId }: { offerId: string }) {
  const { id: siteId } = useCurrentSite()
  const { data } = useQuery(
    listOf('events', listEvents, {
      'filter[site_id]': siteId,
      'filter[actor]': `inbound_url:${offerId}`,
      'filter[event]': 'offer_granted,offer_revoked',
      sort: '-id',
      'page[size]': LATEST,
      ...UNCOUNTED,
      include: 'contact,offer',
    }),
  )
  return (
    <Card title={t('offers.calls')}>
      {data?.data.length === 0 ? (
        <p className="meta">{t('offers.noCalls')}</p>
      ) : (
        <EventList document={data} showContact />
      )}
    </Card>
  )
}
