import { Button } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { t } from '../texts/translate.ts'
import { Dialog } from './dialog.tsx'

/** Asks before the page is left while something would be lost. @param text says what */
export function LeaveGuard({ isActive, text }: { isActive: boolean; text: string }) {
  const { status, proceed, reset } = useBlocker({
    // A dialog of the same page is another address, too.
    shouldBlockFn: ({ current, next }) => isActive && current.pathname !== next.pathname,
    enableBeforeUnload: () => isActive,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Dialog onClose={reset} title={t('leave.title')}>
      <p>{text}</p>
      <div className="dialog-buttons">
        <Button variant="default" onClick={reset} data-autofocus>
          {t('leave.stay')}
        </Button>
        <Button onClick={proceed} data-danger>
          {t('leave.go')}
        </Button>
      </div>
    </Dialog>
  )
}
