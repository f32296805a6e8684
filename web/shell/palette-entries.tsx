import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listContacts, listOffers } from '../api/generated.ts'
import { listOf, UNCOUNTED } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { ContactsIcon, OfferIcon } from '../parts/icons.tsx'
import { t } from '../texts/translate.ts'
import { isOpenTo, navigation } from './navigation.ts'
import { useSite } from './use-site.ts'

export interface Entry {
  key: string
  icon: ReactNode
  label: string
  hint?: string
  go: () => void
}

/** Who is to be granted an offer. */
export interface Grantee {
  id: string
  name: string
}

const SEARCH_AFTER_MS = 150

/**
 * Contacts that match what is typed, grants to them, and pages.
 *
 * @param text null: nothing is looked for
 */
export function useEntries(
  text: string | null,
  onClose: () => void,
  onGrantTo: (grantee: Grantee) => void,
): Entry[] {
  const { site } = useSite()
  const may = useMay()
  const navigate = useNavigate()
  const [searched] = useDebouncedValue(text?.trim() ?? '', SEARCH_AFTER_MS)
  const params = { site: site?.attributes.subdomain ?? '' }
  const { data: found } = useQuery({
    ...listOf('contacts', listContacts, {
      'filter[site_id]': site?.id,
      'filter[search]': searched,
      'page[size]': 6,
      ...UNCOUNTED,
    }),
    enabled: searched !== '' && site !== undefined && may('view:contacts'),
  })
  if (text === null) return []
  const open = (action: () => void) => () => {
    onClose()
    action()
  }
  const contacts = searched === '' ? [] : (found?.data ?? [])
  const people = contacts.map(
    ({ id, attributes: { name, email } }): Entry => ({
      key: `contact-${id}`,
      icon: <ContactsIcon size={16} />,
      label: name || email,
      hint: name ? email : undefined,
      go: open(() => void navigate({ to: '/s/$site/contacts/$id', params: { ...params, id } })),
    }),
  )
  const mayGrant = (may('manage:grants') || may('manage:contacts')) && may('view:offers')
  const grants = (mayGrant ? contacts.slice(0, 3) : []).map(({ id, attributes }): Entry => {
    const name = attributes.name || attributes.email
    return {
      key: `grant-${id}`,
      icon: <OfferIcon size={16} />,
      label: t('palette.grantTo', { name }),
      go: () => onGrantTo({ id, name }),
    }
  })
  const pages = navigation
    .flatMap(({ places }) => places)
    .filter((place) => isOpenTo(place, may) && matches(t(place.text), text))
    .map(
      ({ text: key, to, icon: Icon }): Entry => ({
        key: to,
        icon: <Icon size={16} />,
        label: t(key),
        go: open(() => void navigate({ to, params })),
      }),
    )
  return [...people, ...grants, ...pages]
}

/** The offers that somebody can be granted. Choosing one opens the dialog with what will happen, where Enter grants it. */
export function useOfferEntries(grantee: Grantee | null, text: string, onClose: () => void): Entry[] {
  const { site } = useSite()
  const navigate = useNavigate()
  const [searched] = useDebouncedValue(text.trim(), SEARCH_AFTER_MS)
  const { data: offers } = useQuery({
    ...listOf('offers', listOffers, {
      'filter[site_id]': site?.id,
      'filter[title_cont]': searched || undefined,
      sort: 'title',
      'page[size]': 20,
    }),
    enabled: grantee !== null && site !== undefined,
  })
  if (!grantee || !site) return []
  return (offers?.data ?? []).map(
    ({ id, attributes: { title, internal_title } }): Entry => ({
      key: `offer-${id}`,
      icon: <OfferIcon size={16} />,
      label: t('palette.grantOffer', { title }),
      hint: internal_title ?? undefined,
      go() {
        onClose()
        void navigate({
          to: '/s/$site/contacts/$id',
          params: { site: site.attributes.subdomain, id: grantee.id },
          search: { dialog: 'grant', offer: id },
        })
      },
    }),
  )
}

const matches = (label: string, text: string) =>
  label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase())
