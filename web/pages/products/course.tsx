import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { ExternalIcon, LeftIcon } from '../../parts/icons.tsx'
import { Heading } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import './course.css'
import { CourseDialogs } from './course-dialogs.tsx'
import { courseQuery, outlineOf } from './course-outline.ts'
import { Outline } from './outline.tsx'
import { useMoves } from './use-moves.ts'

/** A course: its outline on the left, and on the right the course itself or one of its lessons. */
export function CoursePage() {
  const { id, lesson } = useParams({ strict: false }) as { id: string; lesson?: string }
  const { subdomain: site } = useCurrentSite()
  const { data: document } = useSuspenseQuery(courseQuery(id))
  const { attributes: course } = document.data
  const outline = outlineOf(document)
  const moves = useMoves(id, outline)
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/products" params={{ site }}>
            <LeftIcon size={16} />
            {t('products.title')}
          </Link>
        }
        title={course.title}
        state={
          <State tone={course.publish_status === 'published' ? 'good' : 'plain'}>
            {textOr(`status.${course.publish_status}`, course.publish_status)}
          </State>
        }
        actions={
          <Button
            component="a"
            href={`/s/${site}/products/${id}`}
            target="_blank"
            rel="noreferrer"
            variant="default"
            leftSection={<ExternalIcon size={16} />}
          >
            {t('course.asMember')}
          </Button>
        }
      />
      <div className="course" data-has-lesson={lesson !== undefined || undefined}>
        <Outline courseId={id} outline={outline} moves={moves} />
        <div className="course-content">
          {lesson !== undefined && (
            <Link className="course-back" to="/s/$site/products/$id" params={{ site, id }}>
              <LeftIcon size={16} />
              {t('course.outline')}
            </Link>
          )}
          <Outlet />
        </div>
      </div>
      <CourseDialogs courseId={id} outline={outline} moves={moves} />
    </>
  )
}
