import { Button, FileButton, TextInput } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { type AnyResource, findIncluded, type Identifier } from '../../api/documents.ts'
import { errorsByField } from '../../api/errors.ts'
import { createMedium, type MediumAttributes, type MediumRelationships } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useRunning } from '../../api/running-uploads.ts'
import { useMay } from '../../api/session.ts'
import { FormErrors, useSubmit } from '../../parts/forms.tsx'
import { UploadIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { startUploads } from '../../parts/uploads/start-uploads.ts'
import { UploadLine } from '../../parts/uploads/upload-lines.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { MediumLine } from './medium-line.tsx'

interface LessonDocument {
  data: { attributes: { title: string }; relationships: { media?: { data?: Identifier[] } } }
  included?: unknown[]
}

type Medium = AnyResource & { relationships: MediumRelationships }

const fileNameOf = (document: LessonDocument, { upload }: MediumRelationships): string | null =>
  (findIncluded(document, upload?.data)?.attributes.file_name as string | undefined) ?? null

/** Adds a medium at the end of a lesson, and shows it. @param url of an upload, or elsewhere */
async function addMedium(lessonId: string, url: string): Promise<void> {
  await createMedium({
    data: {
      type: 'media',
      attributes: { url },
      relationships: { lesson: { data: { type: 'lessons', id: lessonId } } },
    },
  })
  await refresh('lessons')
}

/** Videos, sounds, pictures and files of a lesson, which are added and removed at once. */
export function Media({ lessonId, document }: { lessonId: string; document: LessonDocument }) {
  const may = useMay()
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { id: course } = useParams({ strict: false }) as { id: string }
  const uploads = useRunning(({ lesson }) => lesson === lessonId)
  const start = (files: File[]) =>
    startUploads(
      files,
      { site, course, lesson: lessonId, title: document.data.attributes.title },
      { siteId, visibility: 'members' },
      ({ attributes }) => addMedium(lessonId, attributes.url),
    )
  const media = (document.data.relationships.media?.data ?? []).flatMap(
    (medium) => (findIncluded(document, medium) as Medium | undefined) ?? [],
  )
  const mayEdit = may('manage:courses')
  return (
    <Card title={t('media.title')}>
      {media.length === 0 && uploads.length === 0 && <p className="meta">{t('media.none')}</p>}
      <ul className="lines">
        {media.map(({ id, attributes, relationships }, index) => (
          <MediumLine
            key={id}
            id={id}
            medium={attributes as Required<MediumAttributes>}
            fileName={fileNameOf(document, relationships)}
            isFirst={index === 0}
            isLast={index === media.length - 1}
          />
        ))}
        {uploads.map((upload) => (
          <UploadLine key={upload.key} upload={upload} />
        ))}
      </ul>
      {mayEdit && (
        <div className="media-add">
          {may('manage:uploads') && (
            <FileButton multiple onChange={start}>
              {(props) => (
                <Button {...props} variant="default" leftSection={<UploadIcon size={16} />}>
                  {t('media.upload')}
                </Button>
              )}
            </FileButton>
          )}
          <AddByAddress lessonId={lessonId} />
        </div>
      )}
    </Card>
  )
}

/** Adds what is at an address, such as a video of YouTube. */
function AddByAddress({ lessonId }: { lessonId: string }) {
  const [url, setUrl] = useState('')
  const { error, isSubmitting, submit } = useSubmit(async () => {
    await addMedium(lessonId, url)
    setUrl('')
  })
  return (
    <form className="media-address" onSubmit={submit} noValidate>
      <FormErrors error={error} fields={['url']} />
      <TextInput
        aria-label={t('media.address')}
        placeholder={t('media.address')}
        type="url"
        value={url}
        error={errorsByField(error).url}
        onChange={({ currentTarget }) => setUrl(currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={isSubmitting} disabled={url.trim() === ''}>
        {t('media.add')}
      </Button>
    </form>
  )
}
