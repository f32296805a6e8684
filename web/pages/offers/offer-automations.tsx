import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listAutomations } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Card, Empty } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { Enabled } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t, textOr } from '../../texts/translate.ts'

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
    {
      title: t('automations.name'),
      cell: ({ id, attributes }) => (
        <Link to="/s/$site/automations/$id" params={{ site, id }}>
          {attributes.name}
        </Link>
      ),
    },
    {
      title: t('automations.when'),
      cell: ({ attributes: { trigger } }) => textOr(`eventName.${trigger.event}`, trigger.event),
    },
    {
      title: t('automations.then'),
      isMinor: true,
      cell: ({ attributes }) => plural('automations.steps', attributes.actions.length),
    },
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
