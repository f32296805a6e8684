import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { listCoupons } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../../parts/archived.tsx'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { ChoiceFilter, OfferFilter } from '../../parts/list-filters.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { plural, t } from '../../texts/translate.ts'
import { restoreCoupon } from './archive-coupon.tsx'
import { discountOf, usesOf } from './coupon-words.ts'
import { SaleStatus, statusName } from './words.tsx'

const CouponDialog = onDemand(async () => (await import('./coupon-dialog.tsx')).CouponDialog)

const STATUSES = ['active', 'scheduled', 'used_up', 'ended']

/** Codes that take a percentage or an amount off a price. */
export function Coupons() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const isArchived = useShowsArchived()
  const query = useSiteList('coupons', listCoupons)
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('coupons.code'),
      sort: 'code',
      cell: ({ id, attributes: { code } }) =>
        isArchived ? (
          <strong>{code}</strong>
        ) : (
          <Link to="/s/$site/coupons/$id" params={{ site, id }}>
            {code}
          </Link>
        ),
    },
    { title: t('sales.discount'), cell: ({ attributes }) => discountOf(attributes) },
    {
      title: t('coupons.for'),
      isMinor: true,
      cell: ({ relationships }) => {
        const count = relationships.offers?.data?.length ?? 0
        return count === 0 ? t('coupons.everyOffer') : plural('offers.count', count)
      },
    },
    {
      title: t('sales.state'),
      cell: ({ attributes }) => <SaleStatus status={couponStatus(attributes.status)} />,
    },
    {
      title: t('coupons.endsAt'),
      isMinor: true,
      sort: 'ends_at',
      cell: ({ attributes }) => <Moment at={attributes.ends_at} as="end" />,
    },
    {
      title: t('coupons.uses'),
      isFigure: true,
      isMinor: true,
      sort: 'uses',
      cell: ({ attributes }) => usesOf(attributes),
    },
  ]
  if (isArchived && may('manage:coupons'))
    columns.push({
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes: { code } }) => (
        <RestoreButton title={code} onClick={() => void restoring(code, () => restoreCoupon(id))} />
      ),
    })
  const add = may('manage:coupons') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('coupons.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('coupons.title')}
        lead={countOf('coupons.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[code_cont]" label={t('coupons.search')} />
        <OfferFilter />
        <ChoiceFilter
          name="filter[status]"
          label={t('sales.state')}
          options={Object.fromEntries(STATUSES.map((status) => [status, statusName(couponStatus(status))]))}
        />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t('coupons.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('coupons.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/coupons', {
                data: { type: 'coupons', attributes: { code: 'SPRING20', percent_off: 20 } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <CouponDialog onClose={() => change({ dialog: undefined })} />}
    </>
  )
}

/** A coupon is valid, where a subscription is active. */
export const couponStatus = (status: string): string => (status === 'active' ? 'valid' : status)
