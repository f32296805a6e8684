import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { addOffersToContact, listOffers } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { GrantOptions, metaOf, NO_CHOICES } from '../../parts/grant-options.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { Effects, useDryRun } from './dry-run.tsx'

interface GrantDialogProps {
  contactId: string
  name: string
  /** The offer that is chosen to begin with. */
  offerId?: string
  onClose: () => void
}

/** Offers, the welcome e-mail and the end of access; before it is done, what it will cause. */
export function GrantDialog({ contactId, name, offerId, onClose }: GrantDialogProps) {
  const { id: siteId } = useCurrentSite()
  const [offerIds, setOfferIds] = useState<string[]>(offerId ? [offerId] : [])
  const [choices, setChoices] = useState(NO_CHOICES)
  const { data: offers } = useQuery(
    listOf('offers', listOffers, { 'filter[site_id]': siteId, 'page[size]': 500, sort: 'title' }),
  )
  const body = {
    data: offerIds.map((id) => ({ type: 'offers' as const, id })),
    meta: metaOf(choices),
  }
  const dryRun = useDryRun('grant', contactId, body)
  const titles = offerIds.map((id) => offers?.data.find((offer) => offer.id === id)?.attributes.title)
  return (
    <FormDialog
      title={t('grant.title', { name })}
      fields={['expires_at']}
      submitLabel={titles.length === 1 ? t('grant.submitOne', { title: titles[0]! }) : t('grant.submit')}
      canSubmit={offerIds.length > 0}
      isReady={offerId !== undefined}
      onClose={onClose}
      onSubmit={async () => {
        await addOffersToContact(contactId, body)
        await refresh('grants', 'contacts', 'customers', 'events')
        onClose()
        notify(t('grant.done', { name }))
      }}
    >
      {(errors) => (
        <>
          <MultiSelect
            label={t('grant.offers')}
            placeholder={offerIds.length === 0 ? t('grant.choose') : undefined}
            data-autofocus={offerId === undefined || undefined}
            searchable
            nothingFoundMessage={t('grant.noOffer')}
            data={(offers?.data ?? []).map(({ id, attributes }) => ({
              value: id,
              label: attributes.internal_title
                ? `${attributes.title} (${attributes.internal_title})`
                : attributes.title,
            }))}
            value={offerIds}
            onChange={setOfferIds}
          />
          <GrantOptions choices={choices} errors={errors} onChange={setChoices} />
          <Effects query={dryRun} />
        </>
      )}
    </FormDialog>
  )
}
