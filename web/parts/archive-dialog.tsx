import type { ReactNode } from 'react'
import { t } from '../texts/translate.ts'
import { notifyArchived } from './archived.tsx'
import { FormDialog } from './forms.tsx'

interface ArchiveDialogProps {
  /** Of what is archived. */
  title: string
  /** Of the dialog, when it is not "Archive …?". */
  heading?: string
  archive: () => Promise<unknown>
  /** Shows what there is without it. */
  leave: () => Promise<unknown>
  restore: () => Promise<unknown>
  onClose: () => void
  /** The consequences. */
  children: ReactNode
}

/** Archives something after its consequences are stated; for a while afterwards, a button restores it. */
export function ArchiveDialog({
  title,
  heading = t('products.archiveTitle', { title }),
  archive,
  leave,
  restore,
  onClose,
  children,
}: ArchiveDialogProps) {
  async function submit() {
    await archive()
    await leave()
    notifyArchived(title, restore)
  }
  return (
    <FormDialog
      title={heading}
      fields={[]}
      submitLabel={t('archive')}
      isDangerous
      onClose={onClose}
      onSubmit={submit}
    >
      {() => children}
    </FormDialog>
  )
}
