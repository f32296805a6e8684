import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { now } from '../../api/clock.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { EditForm } from '../../parts/edit-form.tsx'
import { ExternalIcon, LeftIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Card, Heading } from '../../parts/page.tsx'
import { NotFound } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useDraft } from '../../parts/use-draft.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { ArchiveContent } from './archive-content.tsx'
import { StateOfContent } from './content-state.tsx'
import { type Content, KINDS, type Kind, operations, pathOf, stateOf } from './kinds.ts'
import { PageFields } from './page-fields.tsx'
import { PodcastFields } from './podcast-fields.tsx'

/** A page, a post or a podcast. */
export function ContentPage() {
  const { kind, id } = useParams({ strict: false }) as { kind: Kind; id: string }
  return KINDS.includes(kind) ? <Edited key={`${kind} ${id}`} kind={kind} id={id} /> : <NotFound />
}

function Edited({ kind, id }: { kind: Kind; id: string }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const mayEdit = useMay()(`manage:${kind}`)
  const { data: document } = useSuspenseQuery(oneOf(kind, operations[kind].show, id))
  const { attributes } = document.data as Content
  const draft = useDraft(attributes)
  const state = stateOf(kind, attributes, now())
  const fields = { kind, draft, isReadOnly: !mayEdit }
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/pages/$kind" params={{ site, kind }}>
            <LeftIcon size={16} />
            {t(`resource.${kind}`)}
          </Link>
        }
        title={attributes.title}
        state={<StateOfContent state={state} />}
        actions={
          <>
            {state === 'published' && (
              <Button
                component="a"
                href={pathOf(attributes)}
                target="_blank"
                rel="noreferrer"
                variant="default"
                leftSection={<ExternalIcon size={16} />}
              >
                {t('content.view')}
              </Button>
            )}
            {mayEdit && (
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
      <Card>
        <EditForm
          draft={draft}
          fields={Object.keys(attributes)}
          isReadOnly={!mayEdit}
          onSave={async (changes) => {
            await operations[kind].update(id, { data: { type: kind, id, attributes: changes } })
            await refresh(kind)
          }}
        >
          {(errors) =>
            kind === 'podcasts' ? (
              <PodcastFields draft={draft} errors={errors} />
            ) : (
              <PageFields {...fields} errors={errors} />
            )
          }
        </EditForm>
      </Card>
      {search.dialog === 'archive' && (
        <ArchiveContent
          kind={kind}
          id={id}
          title={attributes.title}
          onClose={() => change({ dialog: undefined })}
        />
      )}
    </>
  )
}
