/** What an automation can consist of: the builder offers what the API lists. */
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import {
  type ListAutomationParts200DataAttributesActionsItem,
  type ListAutomationParts200DataAttributesActionsItemParametersItem,
  type ListAutomationParts200DataAttributesTriggersItem,
  type ListContactFilters200DataAttributesFiltersItem,
  listAutomationParts,
  listContactFilters,
} from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import type { Entry, Field } from '../contacts/filters/fields.ts'
import { useFields } from '../contacts/filters/use-fields.ts'

export type Trigger = ListAutomationParts200DataAttributesTriggersItem
export type Action = ListAutomationParts200DataAttributesActionsItem
export type Parameter = ListAutomationParts200DataAttributesActionsItemParametersItem
type DescribedFilter = ListContactFilters200DataAttributesFiltersItem

const partsQuery = queryOptions({
  queryKey: ['automation_parts'],
  queryFn: ({ signal }) => listAutomationParts({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Every trigger and action, and which of them the user may use. */
export function useParts(): {
  triggers: Trigger[]
  actions: Action[]
  isAllowed: (part: Trigger | Action) => boolean
} {
  const { data } = useSuspenseQuery(partsQuery)
  const may = useMay()
  const { triggers, actions } = data.data.attributes
  return { triggers, actions, isAllowed: ({ permissions }) => permissions.every(may) }
}

/** What conditions can ask: what lists of contacts are filtered by and, after it, all other filters of the API. */
export function useConditionFields(): Field[] {
  const { id } = useCurrentSite()
  const may = useMay()
  const fields = useFields()
  const { data } = useQuery({
    queryKey: ['contact_filters', id],
    queryFn: ({ signal }) => listContactFilters({ 'filter[site_id]': id }, { signal }),
    enabled: may('view:contacts'),
  })
  const known = new Set(fields.flatMap(({ operators }) => operators.map(({ filter }) => filter)))
  const others = (data?.data.attributes.filters ?? []).filter(
    ({ filter, is_recorded, custom_field }) => is_recorded && !custom_field && !known.has(filter),
  )
  return [...fields, ...others.map(fieldOfFilter)]
}

const fieldOfFilter = ({ filter, description, takes }: DescribedFilter): Field => ({
  key: filter,
  title: { text: description.replace(/: true or false$/, '') },
  operators: [{ filter, text: 'op.is', entry: ENTRIES[takes] ?? 'line' }],
})

const ENTRIES: Partial<Record<DescribedFilter['takes'], Entry>> = {
  days: 'days',
  number: 'number',
  day: 'date',
  time: 'date',
  flag: { options: ['true', 'false'] },
}
