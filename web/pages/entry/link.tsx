import { useParams } from '@tanstack/react-router'
import { createSession } from '../../api/generated.ts'
import { t } from '../../texts/translate.ts'
import { EntryForm } from './entry-form.tsx'

/** A link that signs in once. It takes a click, because programs that look at links follow them, too. */
export function SignInLink() {
  const { token } = useParams({ strict: false }) as { token: string }
  return (
    <EntryForm
      title={t('link.title')}
      lead={t('link.lead')}
      fields={[]}
      submitLabel={t('link.submit')}
      onSubmit={() => createSession({ data: { type: 'sessions', attributes: { token } } })}
    />
  )
}
