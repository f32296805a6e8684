import { Button, Menu } from '@mantine/core'
import type { ReactNode } from 'react'
import { MoreIcon } from './icons.tsx'

interface MoreMenuProps {
  /** What the actions are for, for screen readers. */
  label: string
  /** Beside the primary action of a page, it looks like a button; in a row it does not. */
  isInRow?: boolean
  width?: number
  children: ReactNode
}

/** Further actions behind three dots. */
export function MoreMenu({ label, isInRow = false, width = 200, children }: MoreMenuProps) {
  return (
    <Menu position="bottom-end" width={width}>
      <Menu.Target>
        {isInRow ? (
          <Button variant="subtle" color="dark" size="compact-sm" aria-label={label}>
            <MoreIcon />
          </Button>
        ) : (
          <Button variant="default" px={9} aria-label={label}>
            <MoreIcon />
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  )
}
