/** Dragging in the outline of a course. Loaded after the page is shown: it can be used without. */

import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import {
  attachClosestEdge,
  type Edge,
  extractClosestEdge,
} from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge'

export type Kind = 'lesson' | 'module'

export interface DragSource {
  kind: Kind
  id: string
}

interface DropOptions {
  accepts: Kind[]
  /** Where what is dragged would go: before or after the element; null: elsewhere. */
  onOver: (edge: Edge | null) => void
  onDrop: (source: DragSource, edge: Edge | null) => void
}

const sourceOf = (data: Record<string | symbol, unknown>) => data as unknown as DragSource

/** Lets the element be dragged by its handle. @returns what ends it */
export const makeDraggable = (
  element: HTMLElement,
  dragHandle: Element,
  source: DragSource,
  onDragging: (isDragging: boolean) => void,
): (() => void) =>
  draggable({
    element,
    dragHandle,
    getInitialData: () => ({ ...source }),
    onDragStart: () => onDragging(true),
    onDrop: () => onDragging(false),
  })

/** Lets lessons or modules be dropped above or below the element. @returns what ends it */
export const makeDropTarget = (
  element: HTMLElement,
  { accepts, onOver, onDrop }: DropOptions,
): (() => void) =>
  dropTargetForElements({
    element,
    canDrop: ({ source: { data } }) => accepts.includes(sourceOf(data).kind),
    getData: ({ input, element: over }) =>
      attachClosestEdge({}, { input, element: over, allowedEdges: ['top', 'bottom'] }),
    onDrag: ({ self, location }) =>
      onOver(location.current.dropTargets[0]?.element === element ? extractClosestEdge(self.data) : null),
    onDragLeave: () => onOver(null),
    onDrop({ source, self, location }) {
      onOver(null)
      if (location.current.dropTargets[0]?.element === element)
        onDrop(sourceOf(source.data), extractClosestEdge(self.data))
    },
  })
