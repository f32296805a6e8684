import { CharacterKeysSwitch } from '../parts/character-keys.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { useCharacterKeys } from '../parts/keys.ts'
import { t } from '../texts/translate.ts'
import { usePlaces } from './shortcuts.ts'

/** Every key that does something, and the switch for those of one character. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const areOn = useCharacterKeys()
  const keys: [string[], string][] = [
    [['?'], t('shortcuts.help')],
    [['/'], t('shortcuts.search')],
    [['j'], t('shortcuts.nextRow')],
    [['k'], t('shortcuts.previousRow')],
    [['x'], t('shortcuts.selectRow')],
    [['Enter'], t('shortcuts.openRow')],
    ...usePlaces().map(({ letter, place }): [string[], string] => [['g', letter], t(place.text)]),
  ]
  return (
    <Dialog onClose={onClose} title={t('shortcuts.title')}>
      <dl className="shortcuts">
        <Shortcut keys={['Ctrl', 'K']} text={t('shortcuts.palette')} />
        {areOn && keys.map(([names, text]) => <Shortcut key={names.join(' ')} keys={names} text={text} />)}
      </dl>
      <CharacterKeysSwitch />
    </Dialog>
  )
}

function Shortcut({ keys, text }: { keys: string[]; text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  )
}
