import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { listOffers } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { ArchivedFilter, RestoreButton, restoring, useShowsArchived } from '../../parts/archived.tsx'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty, SearchField } from '../../parts/data-table.tsx'
import { useZone } from '../../parts/dates.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t } from '../../texts/translate.ts'
import { accessSentence } from './access-sentence.ts'
import { restoreOffer } from './archive-offer.tsx'
import { OfferDialog } from './offer-dialog.tsx'
import { priceOfOffer } from './offer-price.ts'

export function Offers() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const zone = useZone()
  const may = useMay()
  const isArchived = useShowsArchived()
  const query = useSiteList('offers', listOffers, { sort: 'title' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('offers.name'),
      cell: ({ id, attributes: { title, internal_title } }) => (
        <>
          {isArchived ? (
            <strong>{title}</strong>
          ) : (
            <Link to="/s/$site/offers/$id" params={{ site, id }}>
              {title}
            </Link>
          )}
          {internal_title && <div className="meta">{internal_title}</div>}
        </>
      ),
    },
    { title: t('offers.price'), cell: ({ attributes }) => priceOfOffer(attributes) },
    { title: t('offers.access'), isMinor: true, cell: ({ attributes }) => accessSentence(attributes, zone) },
    {
      title: t('offers.gift'),
      isMinor: true,
      cell: ({ attributes }) => (attributes.is_gift ? t('yes') : <span className="meta">–</span>),
    },
  ]
  if (isArchived && may('manage:offers'))
    columns.push({
      title: t('actions'),
      isFigure: true,
      cell: ({ id, attributes: { title } }) => (
        <RestoreButton title={title} onClick={() => void restoring(title, () => restoreOffer(id))} />
      ),
    })
  const add = may('manage:offers') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('offers.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('offers.title')}
        lead={countOf('offers.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <div className="toolbar">
        <SearchField parameter="filter[title_cont]" label={t('offers.search')} />
        <ArchivedFilter />
      </div>
      <DataTable
        label={t('offers.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('offers.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/offers', {
                data: { type: 'offers', attributes: { title: 'Studio Bundle' } },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && <OfferDialog onClose={() => change({ dialog: undefined })} />}
    </>
  )
}
