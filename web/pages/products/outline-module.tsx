import { Button, Menu } from '@mantine/core'
import { type KeyboardEvent, useRef } from 'react'
import { useMay } from '../../api/session.ts'
import { GripIcon, PlusIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'
import type { OutlineModule } from './course-outline.ts'
import type { DragSource } from './drag.ts'
import { MoveItems } from './move-items.tsx'
import { LessonItem } from './outline-lesson.tsx'
import { PublishItem } from './publish-item.tsx'
import { useDrag } from './use-drag.ts'
import type { Moves } from './use-moves.ts'
import { Visibility } from './visibility.tsx'

export interface ItemProps {
  courseId: string
  module: OutlineModule
  /** Of the module, from 0. */
  index: number
  outline: OutlineModule[]
  moves: Moves
}

/** Alt and an arrow key move what has the focus. */
export const stepByKey = (step: (by: -1 | 1) => Promise<void>) => (event: KeyboardEvent) => {
  if (!event.altKey || !['ArrowUp', 'ArrowDown'].includes(event.key)) return
  event.preventDefault()
  void step(event.key === 'ArrowUp' ? -1 : 1)
}

export function ModuleItem(props: ItemProps) {
  const { module, index, outline, moves } = props
  const { id, title, publishing_option, lessons } = module
  const { change } = useAddress()
  const mayEdit = useMay()('manage:courses')
  const row = useRef<HTMLDivElement>(null)
  const handle = useRef<HTMLSpanElement>(null)
  const drag = useDrag({
    row,
    handle,
    source: { kind: 'module', id },
    accepts: ['module', 'lesson'],
    isEnabled: mayEdit,
    onDrop: (source, edge) =>
      source.kind === 'lesson' ? takeLesson(source) : takeModule(source, edge === 'bottom'),
  })
  const takeLesson = (source: DragSource) => void moves.moveLesson(source.id, { moduleId: id, position: 1 })
  function takeModule(source: DragSource, isAfter: boolean) {
    const others = outline.filter((one) => one.id !== source.id)
    const position = others.findIndex((one) => one.id === id) + (isAfter ? 2 : 1)
    if (outline[position - 1]?.id !== source.id) void moves.moveModule(source.id, { position })
  }
  const open = (dialog: string) => change({ dialog, module: id })
  return (
    <li>
      <div ref={row} className="outline-row outline-module" {...drag}>
        {mayEdit && (
          <span ref={handle} className="outline-handle" aria-hidden>
            <GripIcon size={16} />
          </span>
        )}
        {mayEdit ? (
          <button
            type="button"
            className="outline-title"
            data-move={`module-${id}`}
            onClick={() => open('module')}
            onKeyDown={stepByKey((step) => moves.stepModule(id, step))}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          >
            {title}
          </button>
        ) : (
          <span className="outline-title">{title}</span>
        )}
        <Visibility option={publishing_option} />
        {mayEdit && (
          <MoreMenu label={t('course.actionsOf', { title })} isInRow width={220}>
            <Menu.Item onClick={() => open('module')}>{t('course.editModule')}</Menu.Item>
            <PublishItem type="modules" id={id} isPublished={publishing_option === 'published'} />
            <MoveItems
              onStep={(step) => void moves.stepModule(id, step)}
              onMoveTo={() => change({ dialog: 'move', moved: `modules-${id}` })}
              isFirst={index === 0}
              isLast={index === outline.length - 1}
            />
            <Menu.Item leftSection={<TrashIcon size={16} />} onClick={() => open('archive-module')}>
              {t('archive')}
            </Menu.Item>
          </MoreMenu>
        )}
      </div>
      <ol>
        {lessons.map((lesson) => (
          <LessonItem key={lesson.id} {...props} lesson={lesson} />
        ))}
      </ol>
      {mayEdit && (
        <Button
          className="outline-add"
          variant="subtle"
          color="dark"
          size="xs"
          leftSection={<PlusIcon size={14} />}
          onClick={() => open('new-lesson')}
        >
          {t('course.addLesson')}
          <span className="hidden">{t('course.in', { module: title })}</span>
        </Button>
      )}
    </li>
  )
}
