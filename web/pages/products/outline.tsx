import { Button } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMay } from '../../api/session.ts'
import { PlusIcon } from '../../parts/icons.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import type { OutlineModule } from './course-outline.ts'
import { ModuleItem } from './outline-module.tsx'
import type { Moves } from './use-moves.ts'

interface OutlineProps {
  courseId: string
  outline: OutlineModule[]
  moves: Moves
}

/** The modules and lessons of a course, to choose from and to put in order: by dragging, by menu and by keyboard. */
export function Outline({ courseId, outline, moves }: OutlineProps) {
  const { subdomain: site } = useCurrentSite()
  const { change } = useAddress()
  const { lesson } = useParams({ strict: false }) as { lesson?: string }
  const may = useMay()
  const list = useRef<HTMLOListElement>(null)
  const focused = useFocusThatMoves(list)
  return (
    <nav className="outline" aria-label={t('course.outline')}>
      <Link
        className="outline-start"
        to="/s/$site/products/$id"
        params={{ site, id: courseId }}
        activeOptions={{ exact: true, includeSearch: false }}
        aria-current={lesson === undefined ? 'page' : undefined}
      >
        {t('course.settings')}
      </Link>
      {outline.length === 0 && <p className="outline-hint">{t('course.empty')}</p>}
      <ol ref={list} onFocus={focused}>
        {outline.map((module, index) => (
          <ModuleItem key={module.id} {...{ courseId, module, index, outline, moves }} />
        ))}
      </ol>
      {may('manage:courses') && (
        <>
          <Button
            fullWidth
            variant="default"
            size="sm"
            leftSection={<PlusIcon size={16} />}
            onClick={() => change({ dialog: 'new-module' })}
          >
            {t('course.addModule')}
          </Button>
          {outline.length > 0 && <p className="outline-hint">{t('course.keys')}</p>}
          <Button
            variant="subtle"
            color="dark"
            size="compact-sm"
            mt={8}
            onClick={() => change({ dialog: 'archived' })}
          >
            {t('course.archived')}
          </Button>
          <div role="status" className="hidden">
            {moves.announcement}
          </div>
        </>
      )}
    </nav>
  )
}

/** An item that moves to another list is another element: the focus goes with it. */
function useFocusThatMoves(list: { current: HTMLElement | null }) {
  const last = useRef<string | null>(null)
  useEffect(() => {
    if (last.current && document.activeElement === document.body)
      list.current?.querySelector<HTMLElement>(`[data-move="${last.current}"]`)?.focus()
  })
  return ({ target }: { target: EventTarget }) => {
    last.current = (target as HTMLElement).dataset.move ?? null
  }
}
