import { useQuery } from '@tanstack/react-query'
import { listCustomFields } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { textOr } from '../../texts/translate.ts'

/** The titles of fields by their handles, and the handles of the custom fields of the site. */
export function useFieldTitles(): { custom: string[]; text: (handle: string) => string } {
  const { id: siteId } = useCurrentSite()
  const may = useMay()
  const { data } = useQuery({
    ...listOf('custom_fields', listCustomFields, { 'filter[site_id]': siteId, 'page[size]': 500 }),
    enabled: may('view:contacts'),
  })
  const fields = data?.data ?? []
  return {
    custom: fields.map(({ attributes }) => attributes.handle),
    text: (handle) =>
      fields.find(({ attributes }) => attributes.handle === handle)?.attributes.title ??
      textOr(`field.${handle}`, handle),
  }
}
