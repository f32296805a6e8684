import { type Nameable, useNames } from '../../../parts/resource-names.ts'
import { language, type TextKey, t } from '../../../texts/translate.ts'
import { type Filter, isGroup, isRule, type Part } from './condition.ts'
import { type Field, isFixed, type Operator, operatorOf, type Rule } from './fields.ts'

export const titleOf = ({ title }: Field): string => (typeof title === 'object' ? title.text : t(title))

/** Parts of a filter in words, with the names of what they are about: "Tags include VIP". */
export function useDescriptions(filter: Filter, fields: Field[]): (part: Part) => string {
  const names = useNames(idsIn(filter, fields))
  const describe = (part: Part): string => {
    if (isGroup(part)) return list(part.match, part.parts.map(describe))
    if (!isRule(part)) return JSON.stringify(part.nested)
    const known = operatorOf(fields, part)
    if (!known) return `${part.filter}: ${part.value}`
    const [field, { text, entry }] = known
    const value =
      typeof entry === 'object' && 'resource' in entry ? names(entry.resource, part.value) : part.value
    const words = entry === 'days' && value === '1' ? t(`${text}.one` as TextKey) : t(text, { value })
    return `${titleOf(field)} ${words}`.replace(' :', ':')
  }
  return describe
}

export const list = (match: 'all' | 'any', items: string[]) =>
  new Intl.ListFormat(language, { type: match === 'all' ? 'conjunction' : 'disjunction' }).format(items)

function idsIn(filter: Filter, fields: Field[]): Partial<Record<Nameable, string[]>> {
  const ids: Partial<Record<Nameable, string[]>> = {}
  for (const rule of rulesIn(filter)) {
    const entry = operatorOf(fields, rule)?.[1].entry
    if (rule.value && typeof entry === 'object' && 'resource' in entry)
      ids[entry.resource] = [...(ids[entry.resource] ?? []), rule.value]
  }
  return ids
}

const rulesIn = ({ parts }: { parts: Part[] }): Rule[] =>
  parts.flatMap((part) => (isGroup(part) ? rulesIn(part) : isRule(part) ? [part] : []))

/** An operator in a list of operators: "in the last … days". */
export const operatorLabel = ({ text, entry }: Operator): string =>
  t(text, { value: isFixed(entry) ? '' : '…' })
    .replace(/^:|…$/g, '')
    .trim()
