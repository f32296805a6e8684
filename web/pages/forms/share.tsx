import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { getFormSnippet } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { Code, curl } from '../../parts/code.tsx'
import { Card } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { t } from '../../texts/translate.ts'

/** The ways in which people reach a form. */
export function ShareForm() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error } = useQuery(oneOf('form_snippets', getFormSnippet, id))
  if (error) return <Problem error={error} />
  if (!data) return null
  const { html, page_url } = data.data.attributes
  const { form, script } = partsOf(html)
  return (
    <>
      <Card title={t('forms.byLink')}>
        <p>{t('forms.byLinkText')}</p>
        <Code label={t('forms.byLink')} code={page_url} />
      </Card>
      <Card title={t('forms.byHtml')}>
        <p>{t('forms.byHtmlText')}</p>
        <Code label={t('forms.byHtml')} code={form} />
      </Card>
      <Card title={t('forms.byScript')}>
        <p>{t('forms.byScriptText')}</p>
        <Code label={t('forms.byScript')} code={script} />
      </Card>
      <Card title={t('forms.byApi')}>
        <p>{t('forms.byApiText')}</p>
        <Code
          label={t('code.request')}
          code={curl('POST', `/v1/forms/${id}/submit`, {
            data: {
              type: 'form_submissions',
              attributes: { name: 'Ada Lovelace', email: 'ada@example.com' },
            },
          })}
        />
      </Card>
    </>
  )
}

/** The form works alone; the script that follows it adds to it. */
function partsOf(html: string): { form: string; script: string } {
  const start = html.lastIndexOf('<script')
  return { form: html.slice(0, start).trim(), script: html.slice(start).trim() }
}
