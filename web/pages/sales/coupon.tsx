import { Button, Menu } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { getCoupon, listPurchases } from '../../api/generated.ts'
import { listOf, oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { EditIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card, Empty, Facts, Heading } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { ArchiveCoupon } from './archive-coupon.tsx'
import { discountOf, durationOf, usesOf } from './coupon-words.ts'
import { couponStatus } from './coupons.tsx'
import { BackTo, useInclude } from './parts.tsx'
import { purchaseColumns } from './purchase-columns.tsx'
import { SaleStatus } from './words.tsx'

const CouponDialog = onDemand(async () => (await import('./coupon-dialog.tsx')).CouponDialog)

/** A coupon: what it takes off, for what and until when, and who has used it. */
export function CouponPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(oneOf('coupons', getCoupon, id, useInclude('offers')))
  const { attributes: coupon, relationships } = document.data
  const offers = relationships.offers?.data ?? []
  const close = () => change({ dialog: undefined })
  return (
    <>
      <Heading
        back={<BackTo to="/s/$site/coupons" text="coupons.title" />}
        title={coupon.code}
        state={<SaleStatus status={couponStatus(coupon.status)} />}
        lead={t('coupons.takes', { discount: discountOf(coupon) })}
        actions={
          may('manage:coupons') &&
          !coupon.archived && (
            <>
              <Button
                variant="default"
                leftSection={<EditIcon size={16} />}
                onClick={() => change({ dialog: 'edit' })}
              >
                {t('edit')}
              </Button>
              <MoreMenu label={t('contact.more')}>
                <Menu.Item
                  leftSection={<TrashIcon size={16} />}
                  onClick={() => change({ dialog: 'archive' })}
                >
                  {t('archive')}
                </Menu.Item>
              </MoreMenu>
            </>
          )
        }
      />
      <div className="columns">
        {may('view:purchases') ? <Uses code={coupon.code} /> : <div />}
        <Card title={t('coupons.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('sales.discount')]: discountOf(coupon),
              [t('coupons.duration')]: durationOf(coupon.duration, coupon.duration_in_months),
              [t('coupons.uses')]: usesOf(coupon),
              [t('coupons.startsAt')]: coupon.starts_at && <Moment at={coupon.starts_at} as="day" />,
              [t('coupons.endsAt')]: coupon.ends_at && <Moment at={coupon.ends_at} as="end" />,
              [t('coupons.for')]:
                offers.length === 0 ? (
                  t('coupons.everyOffer')
                ) : (
                  <ul className="plain-list">
                    {offers.map((offer) => (
                      <li key={offer.id}>
                        {String(findIncluded(document, offer)?.attributes.title ?? `#${offer.id}`)}
                      </li>
                    ))}
                  </ul>
                ),
            }}
          />
        </Card>
      </div>
      {search.dialog === 'edit' && (
        <CouponDialog edited={{ id, coupon, offers: offers.map(({ id }) => id) }} onClose={close} />
      )}
      {search.dialog === 'archive' && <ArchiveCoupon id={id} code={coupon.code} onClose={close} />}
    </>
  )
}

/** Purchases with the code. */
function Uses({ code }: { code: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const include = useInclude('customer', 'offer')
  const query = useQuery(
    listOf('purchases', listPurchases, {
      'page[size]': PAGE_SIZE,
      ...apiParameters(search),
      'filter[site_id]': siteId,
      'filter[coupon_code_eq]': code,
      ...include,
    }),
  )
  const { offer, customer, date, amount } = purchaseColumns(site, query.data)
  return (
    <Card title={t('coupons.uses')}>
      <DataTable
        label={t('coupons.uses')}
        query={query}
        columns={[offer, customer, date, amount]}
        empty={<Empty text={t('coupons.unused')} />}
      />
    </Card>
  )
}
