import type { OpenApi, Schema } from '../../platform/http/openapi/document.ts'
import { resolve } from './operations.ts'

/** What a document may contain, one row per member. */
export interface SchemaRow {
  /** `data.attributes.name`, `data[].id`. */
  name: string
  type: string
  isRequired: boolean
  description: string
  isExtension: boolean
}

/** Deeper members are shown by the example. */
const DEPTH = 5

/** The members of a document, those within others below them. */
export const schemaRows = (document: OpenApi, schema: Schema): SchemaRow[] =>
  membersOf(document, resolve<Schema>(document, schema), '', DEPTH)

function membersOf(document: OpenApi, schema: Schema, prefix: string, depth: number): SchemaRow[] {
  if (depth === 0) return []
  if (schema.items) {
    const items = resolve<Schema>(document, schema.items)
    return items.properties ? membersOf(document, items, `${prefix}[]`, depth) : []
  }
  const required = new Set<string>(schema.required ?? [])
  return Object.entries<Schema>(schema.properties ?? {}).flatMap(([name, given]) => {
    const member = resolve<Schema>(document, given)
    const path = prefix === '' ? name : `${prefix}.${name}`
    const row: SchemaRow = {
      name: path,
      type: typeOf(document, member),
      isRequired: required.has(name),
      description: [given.description ?? member.description, limitsOf(member)].filter(Boolean).join('. '),
      isExtension: (given['x-extension'] ?? member['x-extension']) === true,
    }
    return [row, ...membersOf(document, member, path, depth - 1)]
  })
}

function typeOf(document: OpenApi, schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return schema.enum.map((value: unknown) => `\`${JSON.stringify(value)}\``).join(', ')
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  if (schema.type === 'array') return `array of ${typeOf(document, resolve(document, schema.items ?? {}))}`
  if (schema.type) return schema.type
  const choices: Schema[] = schema.anyOf ?? schema.oneOf ?? []
  const types = choices.map((choice) => typeOf(document, resolve(document, choice)))
  return [...new Set(types)].filter(Boolean).join(' or ') || 'any'
}

function limitsOf({
  minLength,
  maxLength,
  minimum,
  maximum,
  default: fallback,
  format,
  maxItems,
}: Schema): string {
  return [
    format && `Format ${format}`,
    maxLength !== undefined &&
      `${minLength ? `${minLength} to ${maxLength}` : `At most ${maxLength}`} characters`,
    maxItems !== undefined && `At most ${maxItems}`,
    minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}`
      : minimum !== undefined
        ? `At least ${minimum}`
        : maximum !== undefined && `At most ${maximum}`,
    fallback !== undefined && `Default: \`${JSON.stringify(fallback)}\``,
  ]
    .filter(Boolean)
    .join('. ')
}
