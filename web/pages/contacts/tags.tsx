import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { findIncluded, type Identifier } from '../../api/documents.ts'
import { addTagsToContact, listContactTags, removeTagsFromContact } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { attempt } from '../../parts/forms.tsx'
import { CloseIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'

interface ContactDocument {
  data: { relationships: { tags?: { data?: Identifier[] } } }
  included?: unknown[]
}

/** The tags of a contact; each change is saved at once. */
export function Tags({ contactId, document }: { contactId: string; document: ContactDocument }) {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const tags = document.data.relationships.tags?.data ?? []
  const { data: all } = useQuery(
    listOf('contact_tags', listContactTags, {
      'filter[site_id]': siteId,
      'fields[contact_tags]': 'name' as never,
      'page[size]': 500,
      sort: 'name',
    }),
  )
  const nameOf = (tag: Identifier) => String(findIncluded(document, tag)?.attributes.name ?? tag.id)
  const others = (all?.data ?? []).filter(({ id }) => !tags.some((tag) => tag.id === id))

  async function change(request: typeof addTagsToContact, id: string) {
    await attempt(async () => {
      await request(contactId, { data: [{ type: 'contact_tags', id }] })
      await refresh('contacts', 'events')
    })
  }

  return (
    <Card title={t('contacts.tags')}>
      {tags.length === 0 && <p className="meta">{t('tags.none')}</p>}
      <ul className="chips">
        {tags.map((tag) => (
          <li key={tag.id}>
            {nameOf(tag)}
            {may('manage:contacts') && (
              <button
                type="button"
                aria-label={t('tags.remove', { tag: nameOf(tag) })}
                onClick={() => void change(removeTagsFromContact as typeof addTagsToContact, tag.id)}
              >
                <CloseIcon size={14} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {may('manage:contacts') && others.length > 0 && (
        <Select
          mt={12}
          size="xs"
          searchable
          aria-label={t('tags.add')}
          placeholder={t('tags.add')}
          nothingFoundMessage={t('tags.nothing')}
          data={others.map(({ id, attributes }) => ({ value: id, label: attributes.name }))}
          value={null}
          onChange={(id) => id && void change(addTagsToContact, id)}
        />
      )}
    </Card>
  )
}
