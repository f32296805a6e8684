import { Code, curl } from '../../parts/code.tsx'
import { Card } from '../../parts/page.tsx'
import { t } from '../../texts/translate.ts'

/** The requests that grant the offer, say what a grant would cause, and revoke it. */
export function OfferApi({ offerId }: { offerId: string }) {
  const path = '/v1/contacts/CONTACT_ID/relationships/offers'
  const body = { data: [{ type: 'offers', id: offerId }] }
  return (
    <Card title={t('offers.byApi')}>
      <div className="fields">
        <p>{t('offers.byApiText')}</p>
        <Code label={t('offers.requestGrant')} code={curl('POST', path, body)} />
        <p>{t('offers.dryRunText')}</p>
        <Code label={t('offers.requestDryRun')} code={curl('POST', `${path}?dry_run=true`, body)} />
        <p>{t('offers.revokeText')}</p>
        <Code label={t('offers.requestRevoke')} code={curl('DELETE', path, body)} />
      </div>
    </Card>
  )
}
