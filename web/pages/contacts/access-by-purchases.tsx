import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listPurchases } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { offerTitle, useInclude } from '../sales/parts.tsx'
import { AccessOf } from '../sales/words.tsx'

/** More than anybody has bought and not lost. */
const MOST = 100

/** The purchases by which the contact has access now, with their offers. */
export function useActivePurchases(contactId: string) {
  const { id: siteId } = useCurrentSite()
  const { data } = useQuery({
    ...listOf('purchases', listPurchases, {
      'filter[site_id]': siteId,
      'filter[contact_id]': contactId,
      'filter[active]': 'true',
      'page[size]': MOST,
      ...useInclude('offer'),
    }),
    enabled: useMay()('view:purchases'),
  })
  return data
}

type ActivePurchases = NonNullable<ReturnType<typeof useActivePurchases>>

/** Access that was bought: it is ended and changed on the page of the purchase. */
export function AccessByPurchases({ purchases, time }: { purchases: ActivePurchases; time: number }) {
  const { subdomain: site } = useCurrentSite()
  return (
    <ul className="access">
      {purchases.data.map(({ id, attributes, relationships }) => (
        <li key={id}>
          <div className="access-what">
            <Link to="/s/$site/purchases/$id" params={{ site, id }}>
              {offerTitle(relationships.offer, purchases)}
            </Link>
            <span className="meta">
              {t('access.bought')}, <Moment at={attributes.created_at} as="day" />
            </span>
          </div>
          <div className="access-state">
            <AccessOf purchase={attributes} now={time} />
          </div>
        </li>
      ))}
    </ul>
  )
}
