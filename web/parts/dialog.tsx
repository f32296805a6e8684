import { Drawer, type DrawerProps, Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '../texts/translate.ts'

/** A dialog that is there as long as it is open. */
export function Dialog(props: Omit<ModalProps, 'opened'>) {
  useReturnFocus()
  return <Modal opened closeButtonProps={{ 'aria-label': t('dialog.close') }} {...props} />
}

/** A panel beside the page. */
export function Panel(props: Omit<DrawerProps, 'opened'>) {
  useReturnFocus()
  return <Drawer opened position="right" closeButtonProps={{ 'aria-label': t('dialog.close') }} {...props} />
}

/** When the dialog or panel is gone, what had the focus before has it again: the library does so only for what stays. */
function useReturnFocus(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      // What the dialog has done may have moved the focus, as to the heading of another page.
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement)
          before.focus({ preventScroll: true })
      })
    },
    [before],
  )
}
