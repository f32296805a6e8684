import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { formPath } from './form-path.ts'

interface PreviewProps {
  id: string
  /** The page is loaded again when it changes. */
  version: string
  isOutdated: boolean
}

/** The page of a form itself, in which nothing can be submitted. */
export function Preview({ id, version, isOutdated }: PreviewProps) {
  const { subdomain: site } = useCurrentSite()
  return (
    <Card title={t('forms.preview')}>
      <p className="meta form-preview-hint">
        {t(isOutdated ? 'forms.previewOutdated' : 'forms.previewHint')}
      </p>
      <iframe
        key={version}
        className="form-preview"
        // Nothing is submitted, and its scripts reach neither the portal nor its session.
        sandbox="allow-scripts"
        src={formPath(site, id)}
        title={t('forms.preview')}
      />
    </Card>
  )
}
