import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useMay } from '../../api/session.ts'
import { ExternalIcon, LeftIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import './form.css'
import { ArchiveForm } from './archive-form.tsx'
import { formPath } from './form-path.ts'
import { formQuery } from './form-values.ts'

/** A form: what it asks for and does, how it is shared, and what was submitted. */
export function FormPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(formQuery(id))
  const { title, default: isDefault } = document.data.attributes
  const params = { site, id }
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/forms" params={{ site }}>
            <LeftIcon size={16} />
            {t('forms.title')}
          </Link>
        }
        title={title}
        state={isDefault ? <State tone="plain">{t('forms.isDefault')}</State> : undefined}
        actions={
          <>
            <Button
              component="a"
              href={formPath(site, id)}
              target="_blank"
              rel="noreferrer"
              variant="default"
              leftSection={<ExternalIcon size={16} />}
            >
              {t('content.view')}
            </Button>
            {may('manage:forms') && (
              <MoreMenu label={t('contact.more')}>
                <Menu.Item
                  leftSection={<TrashIcon size={16} />}
                  onClick={() => change({ dialog: 'archive' })}
                >
                  {t('archive')}
                </Menu.Item>
              </MoreMenu>
            )}
          </>
        }
      />
      <TabLinks
        label={title}
        tabs={[
          { key: 'form', label: t('forms.builder'), to: '/s/$site/forms/$id', params },
          { key: 'share', label: t('forms.share'), to: '/s/$site/forms/$id/share', params },
          ...(may('view:form_submissions')
            ? [
                {
                  key: 'submissions',
                  label: t('forms.submissions'),
                  to: '/s/$site/forms/$id/submissions',
                  params,
                },
              ]
            : []),
        ]}
      />
      <Outlet />
      {search.dialog === 'archive' && (
        <ArchiveForm id={id} title={title} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}
