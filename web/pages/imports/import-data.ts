/** Imports, as the pages read and change them. */
import { useQuery } from '@tanstack/react-query'
import type { Complete } from '../../api/documents.ts'
import {
  type ChangedImportDataAttributes,
  type Import,
  type ListImportKinds200DataAttributesKindsItem,
  listImportKinds,
  updateImport,
} from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { useCurrentSite } from '../../shell/use-site.ts'

export type ShownImport = Complete<Import>

export type Kind = ListImportKinds200DataAttributesKindsItem

export interface Findings {
  created: Record<string, string[]>
  ambiguous: { column: string; cell: string; reading: string; rows: number }[]
  left_out: { column: string; reason: string; rows: number; lines: number[] }[]
  problem?: string
}

export interface Settings {
  notify: boolean
  subscribe: boolean
  date_order: 'month_first' | 'day_first'
  form_id: string | null
}

/** No event says how far an import is: it is read again until it has ended. */
export const WHILE_RUNNING_MS = 1_000

export const isRunning = ({ attributes: { status } }: ShownImport): boolean =>
  status === 'receiving' || status === 'pending' || status === 'running'

/** Whether its columns can be changed, and it can be started: it has changed nothing yet. */
export const isOpen = ({ attributes: { status, dry_run } }: ShownImport): boolean =>
  status === 'ready' || (dry_run && (status === 'completed' || status === 'cancelled'))

/** Whether a dry run has said what would become of its rows, with the columns and settings that it has now. */
export const isTried = ({ attributes: { status, dry_run, updated_at, finished_at } }: ShownImport): boolean =>
  dry_run && status === 'completed' && finished_at !== null && updated_at <= finished_at

/** The kinds of files; undefined until they are known. */
export function useKinds(): Kind[] | undefined {
  const { id: siteId } = useCurrentSite()
  const { data } = useQuery({
    queryKey: ['custom_fields', 'import_kinds', siteId],
    queryFn: ({ signal }) => listImportKinds({ 'filter[site_id]': siteId }, { signal }),
  })
  return data?.data.attributes.kinds
}

/** Whether the user may import files of a kind. */
export function useMayImport(): (kind: Kind | undefined) => boolean {
  const may = useMay()
  return (kind) => kind?.permissions.every(may) ?? false
}

/** @throws RequestProblem */
export async function saveImport(id: string, attributes: ChangedImportDataAttributes): Promise<void> {
  await updateImport(id, { data: { type: 'imports', id, attributes } })
  await refresh('imports')
}
