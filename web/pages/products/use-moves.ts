import { useRef, useState } from 'react'
import { updateLesson, updateModule } from '../../api/generated.ts'
import { attempt } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'
import {
  lessonBeside,
  moduleBeside,
  type OutlineModule,
  type Place,
  refreshCourse,
  showOutline,
  withLessonAt,
  withModuleAt,
} from './course-outline.ts'

/** How modules and lessons are moved: at once on the page, and with one request. */
export interface Moves {
  /** What a screen reader says about the last move. */
  announcement: string
  moveLesson: (id: string, place: Required<Place>) => Promise<void>
  moveModule: (id: string, place: Place) => Promise<void>
  /** One place up (-1) or down. */
  stepLesson: (id: string, step: -1 | 1) => Promise<void>
  stepModule: (id: string, step: -1 | 1) => Promise<void>
}

export function useMoves(courseId: string, outline: OutlineModule[]): Moves {
  const [announcement, announce] = useState('')
  // One after the other, in the order in which they were made; what the server has is shown after the last one.
  const queue = useRef({ last: Promise.resolve() as Promise<unknown>, waiting: 0 })

  async function move(moved: OutlineModule[], send: () => Promise<unknown>, text: string) {
    announce(text)
    await showOutline(courseId, moved)
    const { current } = queue
    current.waiting++
    const sent = current.last.then(send)
    current.last = sent.catch(() => {})
    await attempt(() => sent)
    current.waiting--
    if (current.waiting === 0) await refreshCourse()
  }

  async function moveLesson(id: string, { moduleId, position }: Required<Place>) {
    const moved = withLessonAt(outline, id, { moduleId, position })
    const module = moved.find((one) => one.id === moduleId)!
    const lesson = module.lessons[position - 1]!
    const relationships = { module: { data: { type: 'modules' as const, id: moduleId } } }
    await move(
      moved,
      () => updateLesson(id, { data: { type: 'lessons', id, attributes: { position }, relationships } }),
      t('course.lessonMoved', {
        title: lesson.title,
        position,
        count: module.lessons.length,
        module: module.title,
      }),
    )
  }

  async function moveModule(id: string, { position }: Place) {
    const moved = withModuleAt(outline, id, { position })
    await move(
      moved,
      () => updateModule(id, { data: { type: 'modules', id, attributes: { position } } }),
      t('course.moduleMoved', { title: moved[position - 1]!.title, position, count: moved.length }),
    )
  }

  return {
    announcement,
    moveLesson,
    moveModule,
    async stepLesson(id, step) {
      const place = lessonBeside(outline, id, step)
      if (place) await moveLesson(id, place)
      else announce(t(step === -1 ? 'course.isFirst' : 'course.isLast'))
    },
    async stepModule(id, step) {
      const place = moduleBeside(outline, id, step)
      if (place) await moveModule(id, place)
      else announce(t(step === -1 ? 'course.isFirst' : 'course.isLast'))
    },
  }
}
