import { Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { listCourseProgress } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'

/** How far the contact is in each course that they have opened; nothing for who has opened none. */
export function Courses({ contactId }: { contactId: string }) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('course_progress', listCourseProgress, {
      'filter[contact_id]': contactId,
      include: 'course',
      sort: '-last_visited_at',
      'page[size]': 100,
    }),
    enabled: may('view:customers') && may('view:courses'),
  })
  if (!data || data.data.length === 0) return null
  return (
    <Card title={t('contact.courses')}>
      <ul className="lines">
        {data.data.map(({ id, attributes, relationships }) => {
          const course = relationships.course!.data!
          const { percent, completed_lessons_count: done, lessons_count: of } = attributes
          const title = String(findIncluded(data, course)?.attributes.title)
          return (
            <li key={id} className="line course-progress">
              <Link to="/s/$site/products/$id" params={{ site, id: course.id }}>
                {title}
              </Link>
              <span className="meta">
                {plural('contact.lessonsDone', of, { done, of })} ·{' '}
                {attributes.completed_at ? (
                  <>
                    {t('contact.courseCompleted')} <Moment at={attributes.completed_at} as="day" />
                  </>
                ) : (
                  <>
                    {t('contact.courseVisited')} <Moment at={attributes.last_visited_at} />
                  </>
                )}
              </span>
              <Progress value={percent} aria-label={t('contact.progressIn', { title })} />
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
