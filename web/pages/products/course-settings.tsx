import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { deleteCourse, getCourse, updateCourse } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { EditForm } from '../../parts/edit-form.tsx'
import { Card, Empty } from '../../parts/page.tsx'
import { PictureField } from '../../parts/picture-field.tsx'
import { useAddress } from '../../parts/search.ts'
import { useDraft } from '../../parts/use-draft.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { courseQuery, refreshCourse } from './course-outline.ts'

const FIELDS = ['title', 'description', 'thumbnail_url', 'publish_status']

/** The course itself: its name, its picture, whether members see it, and the offers that give access to it. */
export function CourseSettings() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { search, change } = useAddress()
  const may = useMay()
  const mayEdit = may('manage:courses')
  const { data: document } = useSuspenseQuery(courseQuery(id))
  const { title, description, thumbnail_url, publish_status } = document.data.attributes
  const draft = useDraft({ title, description, thumbnail_url, publish_status })
  const { values, set } = draft
  return (
    <>
      <Card title={t('course.settings')}>
        <EditForm
          draft={draft}
          fields={FIELDS}
          isReadOnly={!mayEdit}
          onSave={async (changes) => {
            const attributes = changes as { publish_status?: 'draft' | 'published' }
            await updateCourse(id, { data: { type: 'courses', id, attributes } })
            await refreshCourse()
          }}
        >
          {(errors) => (
            <>
              <TextInput
                label={t('products.name')}
                value={values.title}
                error={errors.title}
                onChange={({ currentTarget }) => set({ title: currentTarget.value })}
              />
              <Textarea
                label={t('offers.description')}
                description={t('course.descriptionHint')}
                autosize
                minRows={3}
                value={values.description ?? ''}
                error={errors.description}
                onChange={({ currentTarget }) => set({ description: currentTarget.value || null })}
              />
              <PictureField
                label={t('course.picture')}
                value={values.thumbnail_url}
                error={errors.thumbnail_url}
                onChange={(url) => set({ thumbnail_url: url })}
              />
              <Select
                label={t('products.status')}
                description={t('course.statusHint')}
                allowDeselect={false}
                data={[
                  { value: 'published', label: t('status.published') },
                  { value: 'draft', label: t('status.draft') },
                ]}
                value={values.publish_status}
                error={errors.publish_status}
                onChange={(status) => set({ publish_status: status! })}
              />
            </>
          )}
        </EditForm>
      </Card>
      {may('view:offers') && <CourseOffers courseId={id} />}
      {mayEdit && (
        <Card title={t('course.archive')}>
          <p>{t('products.archiveText')}</p>
          <Button variant="default" onClick={() => change({ dialog: 'archive' })}>
            {t('course.archive')}
          </Button>
        </Card>
      )}
      {search.dialog === 'archive' && (
        <ArchiveCourse id={id} title={title} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}

function CourseOffers({ courseId }: { courseId: string }) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const { data: document } = useQuery(oneOf('courses', getCourse, courseId, { include: 'offers' }))
  if (!document) return null
  const offers = (document.data.relationships.offers?.data ?? []).flatMap(
    (offer) => findIncluded(document, offer) ?? [],
  )
  return (
    <Card title={t('course.offers')}>
      {offers.length > 0 ? (
        <ul className="lines">
          {offers.map(({ id, attributes }) => (
            <li key={id} className="line">
              <Link to="/s/$site/offers/$id" params={{ site, id }}>
                {String(attributes.title)}
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <Empty
          text={t('course.noOffers')}
          action={
            may('manage:offers') && (
              <Button
                variant="default"
                renderRoot={(props) => (
                  <Link to="/s/$site/offers" params={{ site }} search={{ dialog: 'new' }} {...props} />
                )}
              >
                {t('offers.add')}
              </Button>
            )
          }
        />
      )}
    </Card>
  )
}

function ArchiveCourse({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  return (
    <ArchiveDialog
      title={title}
      archive={() => deleteCourse(id)}
      leave={async () => {
        await navigate({ to: '/s/$site/products', params: { site } })
        await refreshCourse()
      }}
      restore={async () => {
        await updateCourse(id, { data: { type: 'courses', id, attributes: { archived: false } } })
        await refreshCourse()
      }}
      onClose={onClose}
    >
      <p>{t('products.archiveText')}</p>
    </ArchiveDialog>
  )
}
