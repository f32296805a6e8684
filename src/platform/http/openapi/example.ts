import { DOCUMENTED_AS, singularOf } from '../../jsonapi/documented.ts'
import type { Schema } from './document.ts'
import { isNullSample, sampleNumber, sampleText } from './sample-values.ts'

/**
 * A value that a schema allows, for the documentation: what its `examples` begin with, or else something plausible
 * for the name of the member. A member whose list of `examples` is empty is left out.
 */
export function exampleOf(schema: Schema, name = ''): unknown {
  if (schema.examples) return schema.examples[0]
  if (schema[DOCUMENTED_AS]) return exampleOf(schema[DOCUMENTED_AS], name)
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum.includes(sampleText(name)) ? sampleText(name) : schema.enum[0]
  if (schema.anyOf) return exampleOf(mostUsual(schema.anyOf, name), name)
  if ('default' in schema) return schema.default
  const types = [schema.type].flat()
  return types.includes('null') && isNullSample(name) ? null : valueOfType(types[0], schema, name)
}

const mostUsual = (choices: Schema[], name: string): Schema =>
  choices.find(({ type }) => type === 'null' && isNullSample(name)) ??
  choices.find((choice) => [choice.const, ...(choice.enum ?? [])].includes(sampleText(name))) ??
  choices[0]!

function valueOfType(type: string | undefined, schema: Schema, name: string): unknown {
  switch (type) {
    case 'string':
      return sampleText(name, schema.format).slice(0, schema.maxLength)
    case 'integer':
    case 'number':
      return sampleNumber(name, schema.minimum)
    case 'boolean':
      return true
    case 'array':
      return [exampleOf(schema.items ?? {}, singularOf(name))]
    case 'null':
      return null
    default:
      return objectOf(schema)
  }
}

const objectOf = ({ properties = {} }: Schema) =>
  Object.fromEntries(
    Object.entries<Schema>(properties)
      .filter(([, { examples }]) => examples?.length !== 0)
      .map(([name, property]) => [name, exampleOf(property, name)]),
  )
