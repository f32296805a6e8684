import { NumberInput, Select, TextInput } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { getLesson, updateLesson } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { EditForm } from '../../parts/edit-form.tsx'
import { Card } from '../../parts/page.tsx'
import { RichText } from '../../parts/rich-text/rich-text.tsx'
import { useDraft } from '../../parts/use-draft.ts'
import { t } from '../../texts/translate.ts'
import { refreshCourse } from './course-outline.ts'
import { Media } from './media.tsx'

const FIELDS = ['title', 'publishing_option', 'drip_days', 'body']

type PublishingOption = 'published' | 'draft' | 'drip' | 'locked'

const OPTIONS: PublishingOption[] = ['published', 'draft', 'drip', 'locked']

/** A lesson of the course. Another lesson is another form. */
export function LessonPage() {
  const { lesson } = useParams({ strict: false }) as { lesson: string }
  return <Lesson key={lesson} id={lesson} />
}

function Lesson({ id }: { id: string }) {
  const may = useMay()
  const mayEdit = may('manage:courses')
  const include = may('view:uploads') ? 'media,media.upload' : 'media'
  const { data: document } = useSuspenseQuery(oneOf('lessons', getLesson, id, { include }))
  const { title, body, drip_days, publishing_option } = document.data.attributes
  const draft = useDraft({ title, body, drip_days, publishing_option })
  const { values, set, revision } = draft
  return (
    <>
      <Card title={title}>
        <EditForm
          draft={draft}
          fields={FIELDS}
          isReadOnly={!mayEdit}
          onSave={async (changes) => {
            const attributes = changes as { publishing_option?: PublishingOption }
            await updateLesson(id, { data: { type: 'lessons', id, attributes } })
            await Promise.all([refresh('lessons'), refreshCourse()])
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
              <div className="field-row">
                <Select
                  label={t('lesson.shown')}
                  allowDeselect={false}
                  data={OPTIONS.map((option) => ({ value: option, label: t(`lesson.${option}`) }))}
                  value={values.publishing_option}
                  error={errors.publishing_option}
                  onChange={(option) =>
                    set({
                      publishing_option: option!,
                      ...(option === 'drip' && { drip_days: values.drip_days ?? 7 }),
                    })
                  }
                />
                {values.publishing_option === 'drip' && (
                  <NumberInput
                    label={t('lesson.dripDays')}
                    min={0}
                    allowDecimal={false}
                    value={values.drip_days ?? ''}
                    error={errors.drip_days}
                    onChange={(days) => set({ drip_days: days === '' ? null : Number(days) })}
                  />
                )}
              </div>
              <RichText
                key={revision}
                label={t('lesson.body')}
                visibility="members"
                isReadOnly={!mayEdit}
                value={values.body}
                error={errors.body}
                onChange={(html) => set({ body: html })}
              />
            </>
          )}
        </EditForm>
      </Card>
      <Media lessonId={id} document={document} />
    </>
  )
}
