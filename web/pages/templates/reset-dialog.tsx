import { useNavigate } from '@tanstack/react-router'
import { deleteEmailTemplate } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import type { SavedTemplate } from './template-editor.tsx'
import { kindName } from './templates.tsx'

interface ResetDialogProps {
  template: SavedTemplate
  kind: string
  onClose: () => void
}

/** Deletes the template: e-mails of the system have their default text again. */
export function ResetDialog({ template: { id, name }, kind, onClose }: ResetDialogProps) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const isNamed = kind === 'automation'
  return (
    <FormDialog
      title={
        isNamed
          ? t('templates.deleteTitle', { name: name! })
          : t('templates.resetTitle', { kind: kindName(kind) })
      }
      fields={[]}
      submitLabel={isNamed ? t('delete') : t('templates.reset')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteEmailTemplate(id)
        await navigate({ to: '/s/$site/templates', params: { site }, ignoreBlocker: true })
        await refresh('email_templates')
        notify(isNamed ? t('templates.deleted', { name: name! }) : t('templates.isReset'))
      }}
    >
      {() => <p>{isNamed ? t('templates.deleteText') : t('templates.resetText')}</p>}
    </FormDialog>
  )
}
