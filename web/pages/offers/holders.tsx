import { Link } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import { findIncluded, type Identifier } from '../../api/documents.ts'
import { listGrants } from '../../api/generated.ts'
import { useRowsFirst } from '../../api/rows-first.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { FilterSelect } from '../../parts/filter-select.tsx'
import { Card, Empty } from '../../parts/page.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { accessState } from '../contacts/access-state.ts'

/** Who holds the offer, and who held it. */
export function Holders({ offerId }: { offerId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const query = useRowsFirst('grants', listGrants, {
    'page[size]': PAGE_SIZE,
    ...apiParameters(search),
    'filter[site_id]': siteId,
    'filter[offer_id]': offerId,
    include: 'customer',
    // The order in which they were granted, of which there is an index.
    sort: '-id',
  })
  type Row = NonNullable<typeof query.data>['data'][number]
  const time = now()
  const columns: Column<Row>[] = [
    {
      title: t('contacts.name'),
      cell: ({ relationships }) => {
        const customer = findIncluded(query.data, relationships.customer?.data)
        const contact = customer?.relationships?.contact?.data as Identifier | null | undefined
        const { name = '', email = '' } = (customer?.attributes ?? {}) as { name?: string; email?: string }
        return (
          <>
            {contact ? (
              <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
                {name || email}
              </Link>
            ) : (
              name || email
            )}
            {name && <div className="meta">{email}</div>}
          </>
        )
      },
    },
    {
      title: t('access.state'),
      cell: ({ attributes }) => {
        const { state, tone } = accessState(attributes, time)
        return <State tone={tone}>{t(`access.${state}`)}</State>
      },
    },
    { title: t('access.since'), cell: ({ attributes }) => <Moment at={attributes.granted_at} as="day" /> },
    {
      title: t('access.until'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.expires_at} as="end" />,
    },
  ]
  return (
    <Card
      title={t('offers.holders')}
      action={<span className="meta">{countOf('offers.grants', query.data)}</span>}
    >
      <div className="toolbar">
        <FilterSelect
          parameter="filter[revoked_at_null]"
          label={t('offers.anyGrant')}
          options={[
            { value: 'true', label: t('offers.liveGrants') },
            { value: 'false', label: t('offers.endedGrants') },
          ]}
        />
      </div>
      <DataTable
        label={t('offers.holders')}
        query={query}
        columns={columns}
        empty={<Empty text={t('offers.noHolders')} />}
      />
    </Card>
  )
}
