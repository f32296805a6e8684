import { type Merging, movingRows } from '../platform/merging.ts'

/** Deliveries that wait show the other contact. */
export const deliveriesMerging: Merging = {
  name: 'webhook_deliveries',
  move: movingRows('webhook_deliveries'),
}
