import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import { listPurchases } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { Moment } from '../../parts/dates.tsx'
import { Card } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { offerTitle, TestMark, useInclude } from '../sales/parts.tsx'
import { RecordSale } from '../sales/record-sale-button.tsx'
import { AccessOf, priceOf, SaleStatus } from '../sales/words.tsx'

const SHOWN = 10

/** What the contact has bought, the latest first. */
export function Sales({ contactId, name }: { contactId: string; name: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { data, error, refetch } = useQuery(
    listOf('purchases', listPurchases, {
      'filter[site_id]': siteId,
      'filter[contact_id]': contactId,
      'page[size]': SHOWN,
      ...useInclude('offer'),
    }),
  )
  const more = (data?.meta.total_count ?? 0) - SHOWN
  const time = now()
  return (
    <Card title={t('sales.title')} action={<RecordSale customer={{ contactId, name }} isSecondary />}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data?.data.length === 0 && <p className="meta">{t('sales.nothingBought')}</p>}
      <ul className="sale-lines">
        {data?.data.map(({ id, attributes, relationships }) => (
          <li key={id}>
            <div>
              <Link to="/s/$site/purchases/$id" params={{ site, id }}>
                {offerTitle(relationships.offer, data)}
              </Link>
              <span className="meta">
                {priceOf(attributes)}, <Moment at={attributes.created_at} as="day" />
              </span>
            </div>
            <div className="sale-states">
              <TestMark test={attributes.test} />
              <SaleStatus status={attributes.status} />
              <AccessOf purchase={attributes} now={time} />
            </div>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Link to="/s/$site/purchases" params={{ site }} search={{ 'filter[contact_id]': contactId } as never}>
          {plural('sales.more', more)}
        </Link>
      )}
    </Card>
  )
}
