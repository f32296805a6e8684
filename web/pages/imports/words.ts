/** What imports are and do, in words. */
import { plural, t, textOr } from '../../texts/translate.ts'
import type { Kind, ShownImport } from './import-data.ts'

export const kindName = (kind: string): string => textOr(`imports.kind.${kind}`, kind)

/** "Dry run" or the state of an import. */
export const stateOf = ({ attributes: { status, dry_run } }: ShownImport): string =>
  dry_run && status === 'completed' ? 'tried' : status

/** The name of a field, as people call it. */
export function fieldName(kind: Kind | undefined, name: string): string {
  const field = kind?.fields.find((one) => one.name === name)
  return field?.is_custom
    ? field.labels[0]!
    : textOr(`imports.field.${name}`, textOr(`field.${name}`, field?.labels[0] ?? name))
}

const OUTCOMES = ['created', 'changed', 'unchanged', 'merged', 'rejected']

/** Numbers of rows by outcome, those that there are, in the order of interest. */
export const outcomesIn = (counts: Record<string, number>): [outcome: string, count: number][] =>
  OUTCOMES.flatMap((name) => (counts[name] ? [[name, counts[name]] as [string, number]] : []))

/** The outcome of a row in a word; of a dry run, what it would be. */
export const outcomeName = (status: string, isDryRun: boolean): string =>
  textOr(`imports.${isDryRun ? 'would' : 'row'}.${status}`, textOr(`imports.row.${status}`, status))

/** How many rows have an outcome, as a sentence. */
export const outcomeSentence = (status: string, n: number, isDryRun: boolean): string =>
  plural(`imports.${isDryRun ? 'wouldBe' : 'were'}.${status}`, n)

interface Changes {
  changed?: string[]
  tags_added?: string[]
  offers_granted?: string[]
  became_customer?: boolean
  line?: number
}

/** What a row has changed, or would change, in a few words. */
export function describeChanges(kind: Kind | undefined, status: string, result: Changes | null): string {
  const { changed = [], tags_added = [], offers_granted = [], became_customer, line } = result ?? {}
  if (status === 'merged' && line !== undefined) return t('imports.mergedWith', { line })
  return [
    ...changed.map((name) => fieldName(kind, name)),
    became_customer ? t('imports.becameCustomer') : '',
    tags_added.length > 0 ? plural('imports.tags', tags_added.length) : '',
    offers_granted.length > 0 ? plural('imports.access', offers_granted.length) : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
}
