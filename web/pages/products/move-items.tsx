import { Menu } from '@mantine/core'
import { DownIcon, UpIcon } from '../../parts/icons.tsx'
import { t } from '../../texts/translate.ts'

interface MoveItemsProps {
  onStep: (step: -1 | 1) => void
  onMoveTo: () => void
  isFirst: boolean
  isLast: boolean
}

/** The items of a menu that move what it is about: whoever does not drag needs them. */
export function MoveItems({ onStep, onMoveTo, isFirst, isLast }: MoveItemsProps) {
  return (
    <>
      <Menu.Divider />
      <Menu.Item leftSection={<UpIcon size={16} />} disabled={isFirst} onClick={() => onStep(-1)}>
        {t('move.up')}
      </Menu.Item>
      <Menu.Item leftSection={<DownIcon size={16} />} disabled={isLast} onClick={() => onStep(1)}>
        {t('move.down')}
      </Menu.Item>
      <Menu.Item onClick={onMoveTo} disabled={isFirst && isLast}>
        {t('move.to')}
      </Menu.Item>
      <Menu.Divider />
    </>
  )
}
