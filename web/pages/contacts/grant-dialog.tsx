import { MultiSelect, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { addOffersToContact, listOffers } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { today, useZone } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
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
  const [sendsWelcome, setSendsWelcome] = useState(true)
  const [until, setUntil] = useState('')
  const zone = useZone()
  const { data: offers } = useQuery(
    listOf('offers', listOffers, { 'filter[site_id]': siteId, 'page[size]': 500, sort: 'title' }),
  )
  const body = {
    data: offerIds.map((id) => ({ type: 'offers' as const, id })),
    meta: {
      send_customer_welcome_email: sendsWelcome,
      ...(until && { expires_at: until }),
    },
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
          <TextInput
            type="date"
            label={t('grant.until')}
            description={t('grant.untilHint', { zone })}
            min={today(zone)}
            value={until}
            error={errors.expires_at}
            onChange={({ currentTarget }) => setUntil(currentTarget.value)}
          />
          <Switch
            label={t('grant.welcome')}
            description={t('grant.welcomeHint')}
            checked={sendsWelcome}
            onChange={({ currentTarget }) => setSendsWelcome(currentTarget.checked)}
          />
          <Effects query={dryRun} />
        </>
      )}
    </FormDialog>
  )
}
