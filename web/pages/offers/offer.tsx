import { Button, Menu } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import {
  deleteOffer,
  getOffer,
  getOfferActivationUrl,
  listGrants,
  rotateOfferActivationUrl,
} from '../../api/generated.ts'
import { listOf, oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { EditIcon, LeftIcon, RotateIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Card, Empty, Facts, Heading } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { accessState } from '../contacts/access-state.ts'
import { accessSentence } from './access-sentence.ts'
import { OfferDialog, type OfferValues } from './offer-dialog.tsx'

export function OfferPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(oneOf('offers', getOffer, id, { include: 'products' }))
  const { attributes: offer, relationships } = document.data
  const products = relationships.products?.data ?? []
  const close = () => change({ dialog: undefined })
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/offers" params={{ site }}>
            <LeftIcon size={16} />
            {t('offers.title')}
          </Link>
        }
        title={offer.title}
        state={offer.is_gift ? <State tone="plain">{t('offers.gift')}</State> : undefined}
        lead={offer.internal_title}
        actions={
          may('manage:offers') && (
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
        <div>
          <Holders offerId={id} />
          <Card title={t('offers.byApi')}>
            <p>{t('offers.byApiText')}</p>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/contacts/CONTACT_ID/relationships/offers', {
                data: [{ type: 'offers', id }],
              })}
            />
          </Card>
          {may('manage:offers') && <ActivationUrls offerId={id} />}
        </div>
        <Card title={t('offers.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{id}</code>,
              [t('offers.price')]: offer.price_description,
              [t('offers.access')]: accessSentence(offer),
              [t('offers.products')]:
                products.length === 0 ? null : (
                  <ul className="plain-list">
                    {products.map((product) => (
                      <li key={product.id}>{String(findIncluded(document, product)?.attributes.title)}</li>
                    ))}
                  </ul>
                ),
              [t('offers.description')]: offer.description,
            }}
          />
        </Card>
      </div>
      {search.dialog === 'edit' && (
        <OfferDialog edited={{ id, values: valuesOf(offer, products) }} onClose={close} />
      )}
      {search.dialog === 'archive' && <ArchiveDialog id={id} title={offer.title} onClose={close} />}
    </>
  )
}

/** Who holds the offer now. */
function Holders({ offerId }: { offerId: string }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const query = useQuery(
    listOf('grants', listGrants, {
      'page[size]': PAGE_SIZE,
      ...apiParameters(search),
      'filter[site_id]': siteId,
      'filter[offer_id]': offerId,
      include: 'customer',
      sort: '-created_at',
    }),
  )
  type Row = NonNullable<typeof query.data>['data'][number]
  const now = Date.now()
  const columns: Column<Row>[] = [
    {
      title: t('contacts.name'),
      cell: ({ relationships }) => {
        const customer = findIncluded(query.data, relationships.customer?.data)
        return (
          <Link
            to="/s/$site/contacts"
            params={{ site }}
            search={{ 'filter[search]': String(customer?.attributes.email) }}
          >
            {String(customer?.attributes.name ?? '')}
          </Link>
        )
      },
    },
    {
      title: t('access.state'),
      cell: ({ attributes }) => {
        const { state, tone } = accessState(attributes, now)
        return <State tone={tone}>{t(`access.${state}`)}</State>
      },
    },
    { title: t('access.since'), cell: ({ attributes }) => <Moment at={attributes.granted_at} as="day" /> },
    {
      title: t('access.until'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.expires_at} as="day" />,
    },
  ]
  return (
    <Card
      title={t('offers.holders')}
      action={<span className="meta">{countOf('offers.grants', query.data)}</span>}
    >
      <DataTable
        label={t('offers.holders')}
        query={query}
        columns={columns}
        empty={<Empty text={t('offers.noHolders')} />}
      />
    </Card>
  )
}

/** The secret addresses with which other programs grant the offer. */
function ActivationUrls({ offerId }: { offerId: string }) {
  const { search, change } = useAddress()
  const isShown = search.shows === 'urls'
  const { data, error } = useQuery({
    ...oneOf('activation_urls', (id, _, init) => getOfferActivationUrl(id, init), offerId),
    enabled: isShown,
  })
  const urls = data?.data.attributes
  return (
    <Card title={t('offers.urls')}>
      <p>{t('offers.urlsText')}</p>
      {error && <Problem error={error} />}
      {!isShown && (
        <Button variant="default" size="xs" onClick={() => change({ shows: 'urls' })}>
          {t('offers.showUrls')}
        </Button>
      )}
      {isShown && urls && (
        <div className="fields">
          <Code label={t('offers.activate')} code={urls.activate_url} />
          <Code label={t('offers.deactivate')} code={urls.deactivate_url} />
          <div>
            <Button
              variant="default"
              size="xs"
              leftSection={<RotateIcon size={14} />}
              onClick={async () => {
                await rotateOfferActivationUrl(offerId)
                await refresh('activation_urls')
                notify(t('offers.urlsRotated'))
              }}
            >
              {t('rotate')}
            </Button>
          </div>
        </div>
      )}
    </Card>
  )
}

function ArchiveDialog({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const { data: holders } = useQuery(
    listOf('grants', listGrants, {
      'filter[site_id]': siteId,
      'filter[offer_id]': id,
      'page[size]': 1,
    }),
  )
  const count = holders?.meta.total_count
  return (
    <FormDialog
      title={t('offers.archiveTitle', { title })}
      fields={[]}
      submitLabel={t('archive')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteOffer(id)
        await navigate({ to: '/s/$site/offers', params: { site } })
        await refresh('offers')
        notify(t('offers.archived', { title }))
      }}
    >
      {() => (
        <p>
          {t('offers.archiveText')} {count !== undefined && plural('offers.keep', count)}
        </p>
      )}
    </FormDialog>
  )
}

/** What the dialog edits, of an offer. */
const valuesOf = (
  {
    title,
    internal_title,
    description,
    currency,
    price_in_cents,
    is_gift,
    access_days,
  }: Omit<OfferValues, 'products'>,
  products: { id: string }[],
): OfferValues => ({
  title,
  internal_title,
  description,
  currency,
  price_in_cents,
  is_gift,
  access_days,
  products: products.map(({ id }) => id),
})
