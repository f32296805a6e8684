import { Combobox, TextInput, useCombobox } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Dialog } from '../parts/dialog.tsx'
import { SearchIcon } from '../parts/icons.tsx'
import { t } from '../texts/translate.ts'
import { type Grantee, useEntries, useOfferEntries } from './palette-entries.tsx'

/** Finds a contact or a page, and grants an offer: contact, offer, Enter, by keyboard alone. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [grantee, setGrantee] = useState<Grantee | null>(null)
  const combobox = useCombobox({ opened: true })
  function choose(chosen: Grantee | null) {
    setGrantee(chosen)
    setText('')
  }
  const all = useEntries(grantee ? null : text, onClose, choose)
  const offers = useOfferEntries(grantee, text, onClose)
  const entries = grantee ? offers : all
  const keys = entries.map(({ key }) => key).join()
  // Enter takes the first one of what has been found by now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the list changes.
  useEffect(() => void combobox.selectFirstOption(), [keys])
  const label = grantee ? t('palette.offerFor', { name: grantee.name }) : t('palette.placeholder')
  return (
    <Dialog
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
            aria-label={grantee ? label : t('shell.search')}
            placeholder={label}
            leftSection={<SearchIcon />}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            onKeyDown={({ key }) => key === 'Backspace' && text === '' && choose(null)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options mt={12} mah="50vh" style={{ overflowY: 'auto' }}>
          {entries.length === 0 && <Combobox.Empty>{t('palette.nothing')}</Combobox.Empty>}
          {entries.map(({ key, icon, label, hint }) => (
            <Combobox.Option key={key} value={key} className="palette-option">
              {icon}
              <span>{label}</span>
              {hint && <span className="meta">{hint}</span>}
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox>
    </Dialog>
  )
}
