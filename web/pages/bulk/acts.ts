/** Table of contents: what can be done with many contacts at once. */
import {
  type BulkJobDocument,
  type BulkJobPrediction,
  createBulkGrant,
  createBulkRevocation,
  createBulkTag,
} from '../../api/generated.ts'
import { type GrantChoices, metaOf } from '../../parts/grant-options.tsx'
import type { TextKey } from '../../texts/translate.ts'

/** Whom a job is about: contacts by their ids, or those that a filter finds. */
export type Subjects = { ids: string[] } | { filter: Record<string, unknown> }

export interface Act {
  name: 'tag' | 'untag' | 'grant' | 'revoke'
  /** What is chosen. */
  type: 'contact_tags' | 'offers'
  text: TextKey
  permissions: string[]
  isDangerous?: boolean
  send: (
    body: never,
    params: { dry_run?: boolean },
    init: RequestInit,
  ) => Promise<BulkJobPrediction | BulkJobDocument>
  /** The settings of the job for what is chosen. */
  meta: (ids: string[], choices: GrantChoices) => Record<string, unknown>
}

const MANAGE_TAGS = ['bulk:tags', 'manage:contacts']

export const ACTS: Act[] = [
  {
    name: 'tag',
    type: 'contact_tags',
    text: 'bulk.tag',
    permissions: MANAGE_TAGS,
    send: createBulkTag,
    meta: (ids) => ({ add_tag_ids: ids }),
  },
  {
    name: 'untag',
    type: 'contact_tags',
    text: 'bulk.untag',
    permissions: MANAGE_TAGS,
    send: createBulkTag,
    meta: (ids) => ({ remove_tag_ids: ids }),
  },
  {
    name: 'grant',
    type: 'offers',
    text: 'bulk.grant',
    permissions: ['bulk:grants', 'manage:grants'],
    send: createBulkGrant,
    meta: (ids, choices) => ({
      offer_ids: ids,
      // All of them exist; one that is deleted meanwhile is not created again.
      create_contacts: false,
      ...metaOf(choices),
    }),
  },
  {
    name: 'revoke',
    type: 'offers',
    text: 'bulk.revoke',
    permissions: ['bulk:revocations', 'manage:grants'],
    isDangerous: true,
    send: createBulkRevocation,
    meta: (ids) => ({ offer_ids: ids }),
  },
]

/** The request of a job. */
export const bodyOf = (siteId: string, subjects: Subjects, meta: Record<string, unknown>) => ({
  data: {
    type: 'bulk_jobs',
    attributes:
      'ids' in subjects
        ? { rows: subjects.ids.map((id) => ({ contact_id: id })) }
        : { filter: subjects.filter },
    relationships: { site: { data: { type: 'sites', id: siteId } } },
  },
  meta,
})
