import { Switch } from '@mantine/core'
import { t } from '../texts/translate.ts'
import { characterKeys, useCharacterKeys } from './keys.ts'

/** Switches the keys of one character on and off, for this browser. */
export function CharacterKeysSwitch() {
  const areOn = useCharacterKeys()
  return (
    <Switch
      label={t('shortcuts.characters')}
      description={t('shortcuts.charactersHint')}
      checked={areOn}
      onChange={({ currentTarget }) => characterKeys.set(currentTarget.checked)}
    />
  )
}
