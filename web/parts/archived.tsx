import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { t } from '../texts/translate.ts'
import { FilterChips } from './data-table.tsx'
import { attempt, notify } from './forms.tsx'
import { useAddress } from './search.ts'

const FILTER = 'filter[archived_eq]'

/** Long enough to notice a mistake, read the sentence and reach the button. */
const UNDO_MS = 15_000

/** Says that something is archived, with a button that restores it. @param restore does so, and reads it again */
export function notifyArchived(title: string, restore: () => Promise<unknown>): void {
  const id = notifications.show({
    color: 'dark',
    autoClose: UNDO_MS,
    message: (
      <span className="notice">
        {t('products.archived', { title })}
        <Button variant="default" size="xs" onClick={() => void undo()}>
          {t('archived.undo')}
        </Button>
      </span>
    ),
  })
  async function undo() {
    notifications.hide(id)
    await restoring(title, restore)
  }
}

/** Restores something, and says so or why it cannot be. */
export async function restoring(title: string, restore: () => Promise<unknown>): Promise<void> {
  await attempt(async () => {
    await restore()
    notify(t('archived.restored', { title }))
  })
}

/** Whether the list of the address is that of what is archived. */
export const useShowsArchived = (): boolean => useAddress().search[FILTER] === 'true'

/** Switches a list to what is archived, and back. */
export function ArchivedFilter() {
  const { change } = useAddress()
  if (useShowsArchived()) return <FilterChips labels={{ [FILTER]: () => t('archived.title') }} />
  return (
    <Button
      variant="subtle"
      color="dark"
      size="sm"
      onClick={() => change({ [FILTER]: 'true', 'page[number]': undefined })}
    >
      {t('archived.show')}
    </Button>
  )
}

/** Of a row of a list of what is archived. */
export function RestoreButton({ title, onClick }: { title: string; onClick: () => void }) {
  return (
    <Button
      variant="default"
      size="compact-sm"
      aria-label={t('archived.restoreOf', { title })}
      onClick={onClick}
    >
      {t('archived.restore')}
    </Button>
  )
}
