import { type RefObject, useEffect, useEffectEvent, useState } from 'react'
import type { DragSource, Kind } from './drag.ts'

type Edge = 'top' | 'bottom'

interface DragOptions {
  row: RefObject<HTMLElement | null>
  /** Null: it cannot be dragged. */
  handle: RefObject<Element | null>
  source: DragSource
  accepts: Kind[]
  isEnabled: boolean
  onDrop: (source: DragSource, edge: Edge) => void
}

/** Lets a row of the outline be dragged, and others be dropped beside it. */
export function useDrag({ row, handle, source: { kind, id }, accepts, isEnabled, onDrop }: DragOptions) {
  const [isDragging, setDragging] = useState(false)
  const [edge, setEdge] = useState<Edge | null>(null)
  const drop = useEffectEvent((dropped: DragSource, at: string | null) => {
    if (dropped.id !== id || dropped.kind !== kind) onDrop(dropped, at === 'top' ? 'top' : 'bottom')
  })
  const accepted = accepts.join()
  useEffect(() => {
    if (!isEnabled) return
    let isGone = false
    const ends: (() => void)[] = []
    void import('./drag.ts').then(({ makeDraggable, makeDropTarget }) => {
      if (isGone || !row.current) return
      if (handle.current) ends.push(makeDraggable(row.current, handle.current, { kind, id }, setDragging))
      ends.push(
        makeDropTarget(row.current, {
          accepts: accepted.split(',') as Kind[],
          onOver: (over) => setEdge(over as Edge | null),
          onDrop: (dropped, at) => drop(dropped, at),
        }),
      )
    })
    return () => {
      isGone = true
      for (const end of ends) end()
    }
  }, [row, handle, kind, id, accepted, isEnabled])
  return { 'data-is-dragging': isDragging || undefined, 'data-drop': edge ?? undefined }
}
