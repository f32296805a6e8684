import { Select, Textarea, TextInput } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { createLesson, createModule, deleteLesson, deleteModule, updateModule } from '../../api/generated.ts'
import { ArchiveDialog } from '../../parts/archive-dialog.tsx'
import { FormDialog } from '../../parts/forms.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { ArchivedDialog, restoreLesson, restoreModule } from './archived-dialog.tsx'
import { type OutlineModule, refreshCourse } from './course-outline.ts'
import { MoveDialog } from './move-dialog.tsx'
import type { Moves } from './use-moves.ts'

interface CourseDialogsProps {
  courseId: string
  outline: OutlineModule[]
  moves: Moves
}

/** The dialog that the address names: about a module, a lesson, or a move. */
export function CourseDialogs({ courseId, outline, moves }: CourseDialogsProps) {
  const { search, change } = useAddress()
  const onClose = () => change({ dialog: undefined, module: undefined, moved: undefined })
  const module = outline.find(({ id }) => id === search.module)
  const [type, id] = search.moved?.split('-') ?? []
  const lesson = outline.flatMap(({ lessons }) => lessons).find((one) => type === 'lessons' && one.id === id)
  switch (search.dialog) {
    case 'new-module':
      return <ModuleDialog {...{ courseId, onClose }} />
    case 'module':
      return module && <ModuleDialog {...{ courseId, module, onClose }} />
    case 'new-lesson':
      return module && <LessonDialog {...{ courseId, module, onClose }} />
    case 'archive-module':
      return module && <ArchivePart {...{ courseId, module, onClose }} />
    case 'archive-lesson':
      return lesson && <ArchivePart {...{ courseId, lesson, onClose }} />
    case 'archived':
      return <ArchivedDialog {...{ courseId, onClose }} />
    case 'move':
      return type && id && <MoveDialog {...{ outline, moves, id, onClose }} isLesson={type === 'lessons'} />
  }
  return null
}

interface DialogProps {
  courseId: string
  onClose: () => void
}

function ModuleDialog({ courseId, module, onClose }: DialogProps & { module?: OutlineModule }) {
  const [title, setTitle] = useState(module?.title ?? '')
  const [description, setDescription] = useState(module?.description ?? '')
  async function save() {
    const attributes = { title, description: description || null }
    if (module) {
      const { id } = module
      await updateModule(id, { data: { type: 'modules', id, attributes } })
    } else {
      const relationships = { course: { data: { type: 'courses' as const, id: courseId } } }
      await createModule({ data: { type: 'modules', attributes, relationships } })
    }
    await refreshCourse()
    onClose()
  }
  return (
    <FormDialog
      title={t(module ? 'course.editModule' : 'course.addModule')}
      fields={['title', 'description']}
      submitLabel={t(module ? 'save' : 'course.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('products.name')}
            data-autofocus
            value={title}
            error={errors.title}
            onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          />
          <Textarea
            label={t('offers.description')}
            autosize
            minRows={2}
            value={description}
            error={errors.description}
            onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  )
}

/** A new lesson is a draft, and is opened. */
function LessonDialog({ courseId, module, onClose }: DialogProps & { module: OutlineModule }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  const [kind, setKind] = useState<'draft' | 'published'>('draft')
  async function save() {
    const { data } = await createLesson({
      data: {
        type: 'lessons',
        attributes: { title, publishing_option: kind },
        relationships: { module: { data: { type: 'modules', id: module.id } } },
      },
    })
    await refreshCourse()
    await navigate({
      to: '/s/$site/products/$id/lessons/$lesson',
      params: { site, id: courseId, lesson: data.id },
    })
  }
  return (
    <FormDialog
      title={t('course.addLessonTo', { module: module.title })}
      fields={['title']}
      submitLabel={t('course.create')}
      onClose={onClose}
      onSubmit={save}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('products.name')}
            data-autofocus
            value={title}
            error={errors.title}
            onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          />
          <Select
            label={t('lesson.shown')}
            allowDeselect={false}
            data={[
              { value: 'draft', label: t('lesson.draft') },
              { value: 'published', label: t('lesson.published') },
            ]}
            value={kind}
            onChange={(chosen) => setKind(chosen as 'draft' | 'published')}
          />
        </>
      )}
    </FormDialog>
  )
}

interface ArchivePartProps extends DialogProps {
  module?: OutlineModule
  lesson?: { id: string; title: string }
}

function ArchivePart({ courseId, module, lesson, onClose }: ArchivePartProps) {
  const { subdomain: site } = useCurrentSite()
  const { lesson: opened } = useParams({ strict: false }) as { lesson?: string }
  const navigate = useNavigate()
  const { title } = (lesson ?? module)!
  async function leave() {
    const isOpen = lesson ? lesson.id === opened : module!.lessons.some(({ id }) => id === opened)
    if (isOpen) await navigate({ to: '/s/$site/products/$id', params: { site, id: courseId } })
    else onClose()
    await refreshCourse()
  }
  return (
    <ArchiveDialog
      title={title}
      archive={() => (lesson ? deleteLesson(lesson.id) : deleteModule(module!.id))}
      leave={leave}
      restore={() => (lesson ? restoreLesson(lesson.id) : restoreModule(module!.id))}
      onClose={onClose}
    >
      <p>{lesson ? t('course.archiveLesson') : plural('course.archiveModule', module!.lessons.length)}</p>
    </ArchiveDialog>
  )
}
