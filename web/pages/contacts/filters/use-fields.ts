import { useQuery } from '@tanstack/react-query'
import { listCustomFields } from '../../../api/generated.ts'
import { listOf } from '../../../api/queries.ts'
import { useMay } from '../../../api/session.ts'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { FIELDS, type Field, fieldOf } from './fields.ts'

/** The custom fields of the site, in the order of their handles. */
export function useCustomFields() {
  const { id: siteId } = useCurrentSite()
  const { data } = useQuery(
    listOf('custom_fields', listCustomFields, { 'filter[site_id]': siteId, 'page[size]': 500 }),
  )
  return data?.data ?? []
}

/** What the user can filter contacts by. */
export function useFields(): Field[] {
  const may = useMay()
  const custom = useCustomFields().map(({ attributes }) => fieldOf(attributes))
  return [...FIELDS.filter(({ permission }) => !permission || may(permission)), ...custom]
}
