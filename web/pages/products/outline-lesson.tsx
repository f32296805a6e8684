import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useMay } from '../../api/session.ts'
import { GripIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { lessonBeside, type OutlineLesson } from './course-outline.ts'
import { MoveItems } from './move-items.tsx'
import { type ItemProps, stepByKey } from './outline-module.tsx'
import { PublishItem } from './publish-item.tsx'
import { useDrag } from './use-drag.ts'
import { Visibility } from './visibility.tsx'

export function LessonItem({
  courseId,
  module,
  outline,
  moves,
  lesson,
}: ItemProps & { lesson: OutlineLesson }) {
  const { id, title, publishing_option } = lesson
  const { subdomain: site } = useCurrentSite()
  const { change } = useAddress()
  const mayEdit = useMay()('manage:courses')
  const row = useRef<HTMLLIElement>(null)
  const handle = useRef<HTMLSpanElement>(null)
  const drag = useDrag({
    row,
    handle,
    source: { kind: 'lesson', id },
    accepts: ['lesson'],
    isEnabled: mayEdit,
    onDrop(source, edge) {
      const others = module.lessons.filter((one) => one.id !== source.id)
      const position = others.findIndex((one) => one.id === id) + (edge === 'bottom' ? 2 : 1)
      // Where it is already.
      if (module.lessons[position - 1]?.id !== source.id)
        void moves.moveLesson(source.id, { moduleId: module.id, position })
    },
  })
  return (
    <li ref={row} className="outline-row" {...drag}>
      {mayEdit && (
        <span ref={handle} className="outline-handle" aria-hidden>
          <GripIcon size={16} />
        </span>
      )}
      <Link
        className="outline-title"
        to="/s/$site/products/$id/lessons/$lesson"
        params={{ site, id: courseId, lesson: id }}
        data-move={`lesson-${id}`}
        activeProps={{ 'aria-current': 'page' }}
        // The browser drags links otherwise.
        draggable={false}
        {...(mayEdit && {
          onKeyDown: stepByKey((step) => moves.stepLesson(id, step)),
          'aria-keyshortcuts': 'Alt+ArrowUp Alt+ArrowDown',
        })}
      >
        {title}
      </Link>
      <Visibility option={publishing_option} />
      {mayEdit && (
        <MoreMenu label={t('course.actionsOf', { title })} isInRow width={220}>
          <PublishItem type="lessons" id={id} isPublished={publishing_option === 'published'} />
          <MoveItems
            onStep={(step) => void moves.stepLesson(id, step)}
            onMoveTo={() => change({ dialog: 'move', moved: `lessons-${id}` })}
            isFirst={lessonBeside(outline, id, -1) === null}
            isLast={lessonBeside(outline, id, 1) === null}
          />
          <Menu.Item
            leftSection={<TrashIcon size={16} />}
            onClick={() => change({ dialog: 'archive-lesson', moved: `lessons-${id}` })}
          >
            {t('archive')}
          </Menu.Item>
        </MoreMenu>
      )}
    </li>
  )
}
