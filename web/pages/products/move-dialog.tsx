import { Select } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '../../parts/forms.tsx'
import { t } from '../../texts/translate.ts'
import { type OutlineModule, placeOfLesson } from './course-outline.ts'
import type { Moves } from './use-moves.ts'

interface MoveDialogProps {
  outline: OutlineModule[]
  moves: Moves
  /** Of the lesson or module. */
  id: string
  isLesson: boolean
  onClose: () => void
}

/** Moves a lesson or a module to any place, by choosing it. */
export function MoveDialog({ outline, moves, id, isLesson, onClose }: MoveDialogProps) {
  const current = isLesson
    ? placeOfLesson(outline, id)
    : { moduleId: undefined, position: outline.findIndex((one) => one.id === id) + 1 }
  const [moduleId, setModuleId] = useState(current?.moduleId)
  const [position, setPosition] = useState(current?.position ?? 1)
  const module = outline.find((one) => one.id === moduleId)
  const siblings = isLesson ? (module?.lessons ?? []) : outline
  const others = siblings.filter((one) => one.id !== id)
  const title = isLesson
    ? outline.flatMap(({ lessons }) => lessons).find((one) => one.id === id)?.title
    : outline.find((one) => one.id === id)?.title
  if (!current || title === undefined) return null
  return (
    <FormDialog
      title={t('move.title', { title })}
      fields={[]}
      submitLabel={t('move.submit')}
      onClose={onClose}
      onSubmit={async () => {
        if (moduleId) await moves.moveLesson(id, { moduleId, position })
        else await moves.moveModule(id, { position })
        onClose()
      }}
    >
      {() => (
        <>
          {isLesson && (
            <Select
              label={t('move.module')}
              allowDeselect={false}
              searchable
              data={outline.map((one) => ({ value: one.id, label: one.title }))}
              value={moduleId ?? null}
              onChange={(chosen) => {
                setModuleId(chosen!)
                setPosition(lastPlace(outline, chosen!, id))
              }}
            />
          )}
          <Select
            label={t('move.place')}
            allowDeselect={false}
            data={[
              { value: '1', label: t('move.first') },
              ...others.map((one, index) => ({
                value: String(index + 2),
                label: t('move.after', { title: one.title }),
              })),
            ]}
            value={String(position)}
            onChange={(chosen) => setPosition(Number(chosen))}
          />
        </>
      )}
    </FormDialog>
  )
}

/** The place at the end of a module. */
function lastPlace(outline: OutlineModule[], moduleId: string, lessonId: string): number {
  const lessons = outline.find((one) => one.id === moduleId)?.lessons ?? []
  return lessons.filter((one) => one.id !== lessonId).length + 1
}
