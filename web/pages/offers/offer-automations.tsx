import { useQuery } from '@tanstack/react-query'
import { listAutomations } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Card, Empty } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { Enabled } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { definitionColumns } from '../automations/definition-columns.tsx'

/** The automations that name the offer: in their trigger, their conditions or their steps. */
export function OfferAutomations({ offerId }: { offerId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const query = useQuery(
    listOf('automations', listAutomations, {
      'page[size]': PAGE_SIZE,
      ...apiParameters(search),
      'filter[site_id]': siteId,
      'filter[offer_id]': offerId,
    }),
  )
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    ...definitionColumns<Row>(site),
    {
      title: t('automations.state'),
      cell: ({ attributes }) => <Enabled isEnabled={attributes.enabled} />,
    },
  ]
  return (
    <Card
      title={t('offers.automations')}
      action={<span className="meta">{countOf('automations.count', query.data)}</span>}
    >
      <DataTable
        label={t('offers.automations')}
        query={query}
        columns={columns}
        empty={<Empty text={t('offers.noAutomations')} />}
      />
    </Card>
  )
}
