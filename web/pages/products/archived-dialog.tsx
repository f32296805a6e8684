import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { listLessons, listModules, updateLesson, updateModule } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { restoring } from '../../parts/archived.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { t } from '../../texts/translate.ts'
import { refreshCourse } from './course-outline.ts'

export const restoreModule = async (id: string): Promise<void> => {
  await updateModule(id, { data: { type: 'modules', id, attributes: { archived: false } } })
  await Promise.all([refreshCourse(), refresh('modules', 'lessons')])
}

export const restoreLesson = async (id: string): Promise<void> => {
  await updateLesson(id, { data: { type: 'lessons', id, attributes: { archived: false } } })
  await Promise.all([refreshCourse(), refresh('lessons')])
}

/** The archived modules and lessons of a course. */
export function ArchivedDialog({ courseId, onClose }: { courseId: string; onClose: () => void }) {
  const params = { 'filter[course_id]': courseId, 'filter[archived_eq]': 'true', 'page[size]': 500 }
  const modules = useQuery(listOf('modules', listModules, params)).data
  const lessons = useQuery(listOf('lessons', listLessons, params)).data
  const archived = [
    ...(modules?.data ?? []).map(({ id, attributes }) => ({
      id,
      title: attributes.title,
      kind: t('move.module'),
      restore: restoreModule,
    })),
    ...(lessons?.data ?? []).map(({ id, attributes }) => ({
      id,
      title: attributes.title,
      kind: t('course.lesson'),
      restore: restoreLesson,
    })),
  ]
  return (
    <Dialog onClose={onClose} title={t('archived.title')}>
      {modules && lessons && archived.length === 0 && <p>{t('archived.none')}</p>}
      <ul className="lines">
        {archived.map(({ id, title, kind, restore }) => (
          <li key={`${kind} ${id}`} className="line">
            <span className="medium-name">
              {title} <span className="meta">{kind}</span>
            </span>
            <span className="line-actions">
              <Button
                size="xs"
                variant="default"
                aria-label={t('archived.restoreOf', { title })}
                onClick={() => void restoring(title, () => restore(id))}
              >
                {t('archived.restore')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
