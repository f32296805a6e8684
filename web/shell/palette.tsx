import { Combobox, Modal, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { listContacts } from '../api/generated.ts'
import { listOf } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { ContactsIcon, OfferIcon, SearchIcon } from '../parts/icons.tsx'
import { t } from '../texts/translate.ts'
import { isOpenTo, navigation } from './navigation.ts'
import { useSite } from './use-site.ts'

interface Entry {
  key: string
  icon: ReactNode
  label: string
  hint?: string
  go: () => void
}

/** Finds a contact or a page, and begins a grant: by keyboard alone. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const entries = useEntries(text, onClose)
  const combobox = useCombobox({ opened: true })
  return (
    <Modal
      opened
      onClose={onClose}
      className="palette"
      withCloseButton={false}
      title={t('shell.search')}
      transitionProps={{ duration: 0 }}
      yOffset="12vh"
      centered={false}
      size="lg"
    >
      <Combobox store={combobox} onOptionSubmit={(key) => entries.find((entry) => entry.key === key)?.go()}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            size="md"
            aria-label={t('shell.search')}
            placeholder={t('palette.placeholder')}
            leftSection={<SearchIcon />}
            value={text}
            onChange={({ currentTarget }) => {
              setText(currentTarget.value)
              combobox.selectFirstOption()
            }}
          />
        </Combobox.EventsTarget>
        <Combobox.Options mt={12} mah="50vh" style={{ overflowY: 'auto' }}>
          {entries.length === 0 && <Combobox.Empty>{t('palette.nothing')}</Combobox.Empty>}
          {entries.map(({ key, icon, label, hint }, index) => (
            <Combobox.Option key={key} value={key} selected={index === 0} className="palette-option">
              {icon}
              <span>{label}</span>
              {hint && <span className="meta">{hint}</span>}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox>
    </Modal>
  )
}

function useEntries(text: string, onClose: () => void): Entry[] {
  const { site } = useSite()
  const may = useMay()
  const navigate = useNavigate()
  const [searched] = useDebouncedValue(text.trim(), 150)
  const params = { site: site?.attributes.subdomain ?? '' }
  const { data: found } = useQuery({
    ...listOf('contacts', listContacts, {
      'filter[site_id]': site?.id,
      'filter[search]': searched,
      'page[size]': 6,
    }),
    enabled: searched !== '' && site !== undefined && may('view:contacts'),
  })
  const open = (action: () => void) => () => {
    onClose()
    action()
  }
  const contacts = searched === '' ? [] : (found?.data ?? [])
  const people = contacts.map(
    ({ id, attributes: { name, email } }): Entry => ({
      key: `contact-${id}`,
      icon: <ContactsIcon size={16} />,
      label: name,
      hint: email,
      go: open(() => void navigate({ to: '/s/$site/contacts/$id', params: { ...params, id } })),
    }),
  )
  const grants = (may('manage:grants') || may('manage:contacts') ? contacts.slice(0, 3) : []).map(
    ({ id, attributes: { name } }): Entry => ({
      key: `grant-${id}`,
      icon: <OfferIcon size={16} />,
      label: t('palette.grantTo', { name }),
      go: open(
        () =>
          void navigate({
            to: '/s/$site/contacts/$id',
            params: { ...params, id },
            search: { dialog: 'grant' },
          }),
      ),
    }),
  )
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

const matches = (label: string, text: string) =>
  label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase())
