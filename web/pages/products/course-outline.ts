/** The modules and lessons of a course, in their order, and what a move makes of them. */
import type { AnyResource, Identifier } from '../../api/documents.ts'
import { getCourse } from '../../api/generated.ts'
import { oneOf, queryClient, refresh } from '../../api/queries.ts'

export interface OutlineLesson {
  id: string
  title: string
  /** `published`, `draft`, `drip` or `locked`. */
  publishing_option: string
}

export interface OutlineModule {
  id: string
  title: string
  description: string | null
  publishing_option: string
  lessons: OutlineLesson[]
}

/** A place for a lesson or, without `moduleId`, for a module. `position` is counted from 1, without what is moved. */
export interface Place {
  moduleId?: string
  position: number
}

/** The course with its outline; texts of lessons are left out. */
export const courseQuery = (id: string) =>
  oneOf('courses', getCourse, id, {
    include: 'modules,lessons',
    'fields[lessons]': 'title,publishing_option',
  })

interface CourseDocument {
  data: { relationships: { modules?: { data?: Identifier[] } } }
  included?: unknown[]
}

type Linked = AnyResource & { relationships?: { lessons?: { data?: Identifier[] } } }

export function outlineOf({ data, included = [] }: CourseDocument): OutlineModule[] {
  const byKey = new Map((included as Linked[]).map((one) => [`${one.type} ${one.id}`, one]))
  return (data.relationships.modules?.data ?? []).flatMap(({ id }) => {
    const found = byKey.get(`modules ${id}`)
    if (!found) return []
    const { title, description, publishing_option } = found.attributes as unknown as OutlineModule
    const lessons = (found.relationships?.lessons?.data ?? []).flatMap((lesson) => {
      const attributes = byKey.get(`lessons ${lesson.id}`)?.attributes as unknown as OutlineLesson | undefined
      return attributes ? [{ ...attributes, id: lesson.id }] : []
    })
    return [{ id, title, description, publishing_option, lessons }]
  })
}

/** The outline after a lesson was moved. */
export function withLessonAt(outline: OutlineModule[], lessonId: string, place: Place): OutlineModule[] {
  const lesson = outline.flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId)
  if (!lesson) return outline
  return outline.map((module) => {
    const others = module.lessons.filter(({ id }) => id !== lessonId)
    const lessons = module.id === place.moduleId ? others.toSpliced(place.position - 1, 0, lesson) : others
    return { ...module, lessons }
  })
}

/** The outline after a module was moved. */
export function withModuleAt(
  outline: OutlineModule[],
  moduleId: string,
  { position }: Place,
): OutlineModule[] {
  const module = outline.find(({ id }) => id === moduleId)
  if (!module) return outline
  return outline.filter(({ id }) => id !== moduleId).toSpliced(position - 1, 0, module)
}

/** Where a lesson is. */
export function placeOfLesson(outline: OutlineModule[], lessonId: string): Required<Place> | null {
  for (const { id, lessons } of outline) {
    const index = lessons.findIndex((lesson) => lesson.id === lessonId)
    if (index >= 0) return { moduleId: id, position: index + 1 }
  }
  return null
}

/** The next place of a lesson up or down: from the end of a module it goes on into its neighbour. Null: there is none. */
export function lessonBeside(
  outline: OutlineModule[],
  lessonId: string,
  step: -1 | 1,
): Required<Place> | null {
  const place = placeOfLesson(outline, lessonId)
  if (!place) return null
  const index = outline.findIndex(({ id }) => id === place.moduleId)
  const position = place.position + step
  if (position >= 1 && position <= outline[index]!.lessons.length) return { ...place, position }
  const neighbour = outline[index + step]
  if (!neighbour) return null
  return { moduleId: neighbour.id, position: step === -1 ? neighbour.lessons.length + 1 : 1 }
}

/** The next place of a module up or down. Null: there is none. */
export function moduleBeside(outline: OutlineModule[], moduleId: string, step: -1 | 1): Place | null {
  const position = outline.findIndex(({ id }) => id === moduleId) + 1 + step
  return position >= 1 && position <= outline.length ? { position } : null
}

/** Shows an outline before the server has answered. */
export async function showOutline(courseId: string, outline: OutlineModule[]): Promise<void> {
  const { queryKey } = courseQuery(courseId)
  await queryClient.cancelQueries({ queryKey })
  queryClient.setQueryData(queryKey, (document) => {
    if (!document) return document
    const { data } = document
    const modules = {
      ...data.relationships.modules,
      data: outline.map(({ id }) => ({ type: 'modules', id })),
    }
    const included = (document.included as Linked[] | undefined)?.map((one) => {
      const module = one.type === 'modules' && outline.find(({ id }) => id === one.id)
      if (!module) return one
      const lessons = { data: module.lessons.map(({ id }) => ({ type: 'lessons', id })) }
      return { ...one, relationships: { ...one.relationships, lessons } }
    })
    return {
      ...document,
      included,
      data: { ...data, relationships: { ...data.relationships, modules } },
    } as never
  })
}

/** Reads the course again, wherever it is shown. */
export const refreshCourse = (): Promise<void> => refresh('courses', 'products')
