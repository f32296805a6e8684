/** What an automation can consist of: the builder offers what the API lists. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import {
  type ListAutomationParts200DataAttributesActionsItem,
  type ListAutomationParts200DataAttributesActionsItemParametersItem,
  type ListAutomationParts200DataAttributesTriggersItem,
  listAutomationParts,
} from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'

export type Trigger = ListAutomationParts200DataAttributesTriggersItem
export type Action = ListAutomationParts200DataAttributesActionsItem
export type Parameter = ListAutomationParts200DataAttributesActionsItemParametersItem

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
