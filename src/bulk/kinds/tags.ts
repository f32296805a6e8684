import { changeTaggings } from '../../people/tags/change-taggings.ts'
import { findReferable } from '../../platform/references/referable.ts'
import type { BulkKind, Settings } from '../bulk-kind.ts'
import { idList } from '../members.ts'

interface TagSettings extends Settings {
  add_tag_ids?: string[]
  remove_tag_ids?: string[]
}

export const bulkTags: BulkKind<TagSettings> = {
  name: 'tags',
  summary: 'Add tags to many contacts, or remove them',
  description:
    'Each row adds the tags `add_tag_ids` to one contact, and removes `remove_tag_ids`. The status of a row is then `changed`, `unchanged` or `failed`.',
  records: ['contact_created', 'tag_added', 'tag_removed'],
  needs: ['manage:contacts'],
  createsContacts: false,
  members: { add_tag_ids: idList('tag'), remove_tag_ids: idList('tag') },
  notInExample: ['remove_tag_ids'],
  outcomes: ['changed', 'unchanged'],
  problemWith({ add_tag_ids: added = [], remove_tag_ids: removed = [] }) {
    if (added.length + removed.length === 0)
      return 'names no tag: send add_tag_ids or remove_tag_ids, in the row or in meta'
    const both = added.find((id) => removed.includes(id))
    return both === undefined ? null : `both adds and removes the tag ${both}`
  },
  named: ({ add_tag_ids = [], remove_tag_ids = [] }) => ({ add_tag_ids, remove_tag_ids }),
  async findUnknown(tx, siteId, ids) {
    const known = await findReferable(tx, siteId, 'contact_tags', ids)
    return new Set(ids.filter((id) => !known.has(id)))
  },
  unknown: (id) => `contact tag with the id ${id} on the site, or it is archived`,
  async perform(tx, { siteId, origin }, rows) {
    const change = (mode: 'add' | 'remove', member: 'add_tag_ids' | 'remove_tag_ids') =>
      changeTaggings(
        tx,
        mode,
        siteId,
        rows.map(({ contactId, settings }) => ({ contactId, tagIds: settings[member] ?? [], origin })),
      )
    const removed = await change('remove', 'remove_tag_ids')
    const added = await change('add', 'add_tag_ids')
    return rows.map((_, place) => {
      const idsIn = (changed: typeof added) =>
        changed.filter(({ index }) => index === place).map(({ tagId }) => tagId)
      const result = { added: idsIn(added), removed: idsIn(removed) }
      const isChanged = result.added.length + result.removed.length > 0
      return { status: isChanged ? 'changed' : 'unchanged', result }
    })
  },
  unchanged({ add_tag_ids = [], remove_tag_ids = [] }, { result }) {
    const { added, removed } = result as { added: string[]; removed: string[] }
    const had = [...new Set(add_tag_ids)].filter((id) => !added.includes(id))
    const lacked = [...new Set(remove_tag_ids)].filter((id) => !removed.includes(id))
    return [
      ...had.map((id) => ({ effect: 'tag_added', reason: 'already_tagged', tag_id: id }) as const),
      ...lacked.map((id) => ({ effect: 'tag_removed', reason: 'not_tagged', tag_id: id }) as const),
    ]
  },
}
