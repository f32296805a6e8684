import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { getEmailTemplate } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { NotFound } from '../../parts/problem.tsx'
import { TemplateEditor } from './template-editor.tsx'
import { useKinds } from './use-kinds.ts'
import type { Words } from './words.ts'

/** The editor of the template that the address names: of a kind, or one of those for automations. */
export function TemplatePage() {
  const { kind, id } = useParams({ strict: false }) as { kind: string; id?: string }
  const { kinds } = useKinds()
  const known = kinds.find((one) => one.kind === kind)
  if (!known || (kind === 'automation' && id === undefined)) return <NotFound />
  const templateId = id === 'new' ? null : (id ?? known.template_id)
  return templateId === null ? (
    <TemplateEditor key={kind} kind={known} template={null} />
  ) : (
    <Saved key={templateId} kind={known} id={templateId} />
  )
}

function Saved({ kind, id }: { kind: ReturnType<typeof useKinds>['kinds'][number]; id: string }) {
  const { data: document } = useSuspenseQuery(oneOf('email_templates', getEmailTemplate, id))
  const { name, ...words } = document.data.attributes as unknown as Words & { name: string | null }
  return <TemplateEditor kind={kind} template={{ id, name, words }} />
}
