import { isDeepStrictEqual } from 'node:util'
import {
  COMPONENT,
  DOCUMENTED_AS,
  PATTERN_PROPERTIES,
  pascalCase,
  SAME_AS,
} from '../../jsonapi/documented.ts'
import { mapValues } from '../../jsonapi/schemas.ts'
import type { OpenApi, Parameter, Reference, Schema } from './document.ts'

const referTo = (kind: string, name: string): Reference => ({ $ref: `#/components/${kind}/${name}` })

/**
 * Resolves the notes in a schema (see jsonapi/documented.ts): named schemas move to `schemas`, and a reference takes
 * their place.
 *
 * @throws Error when two different schemas have one name
 */
export function moveToComponents(schema: Schema, schemas: Record<string, Schema>): Schema {
  const { [COMPONENT]: name, [DOCUMENTED_AS]: documented, [SAME_AS]: same, ...rest } = schema
  if (same) return referTo('schemas', same)
  if (rest[PATTERN_PROPERTIES]) return moveToComponents(withPatterns(schema), schemas)
  if (documented) {
    const { description, 'x-extension': extension } = rest
    const resolved = moveToComponents(documented, schemas)
    return { ...resolved, ...(description && { description }), ...(extension && { 'x-extension': true }) }
  }
  const resolved = withEnum(mapValues(rest, (value) => resolve(value, schemas)))
  if (!name) return resolved
  if (schemas[name] && !isDeepStrictEqual(schemas[name], resolved))
    throw new Error(`Two schemas of the OpenAPI document have the name ${name}`)
  schemas[name] = resolved
  return referTo('schemas', name)
}

function withPatterns({
  [PATTERN_PROPERTIES]: patternProperties,
  additionalProperties: _,
  ...rest
}: Schema): Schema {
  return { ...rest, patternProperties }
}

function resolve(value: unknown, schemas: Record<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, schemas))
  return typeof value === 'object' && value !== null ? moveToComponents(value, schemas) : value
}

/** Alternatives that are each one text, as an enumeration. */
function withEnum(schema: Schema): Schema {
  const { anyOf, ...rest } = schema
  const values = anyOf?.map(({ const: value, enum: [only] = [value], ...other }: Schema) =>
    typeof only === 'string' && Object.keys(other).every((key) => key === 'type') ? only : null,
  )
  return values && !values.includes(null) ? { ...rest, type: 'string', enum: values } : schema
}

/**
 * Moves parameters that several operations have to the components, under their names in Pascal case. A name that
 * stands for different parameters stays with the operations.
 */
export function moveParameters({ paths, components }: OpenApi): void {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const found = new Map<string, Parameter[]>()
  for (const parameter of operations.flatMap(({ parameters = [] }) => parameters)) {
    if ('$ref' in parameter) continue
    const name = componentName(parameter)
    found.set(name, [...(found.get(name) ?? []), parameter])
  }
  const common = [...found].filter(
    ([, [first, ...others]]) => others.length > 0 && others.every((other) => isDeepStrictEqual(other, first)),
  )
  const moved = Object.fromEntries(common.map(([name, [parameter]]) => [name, parameter!]))
  components.parameters = { ...components.parameters, ...moved }
  for (const operation of operations) {
    operation.parameters = operation.parameters?.map((parameter) =>
      '$ref' in parameter || !Object.hasOwn(moved, componentName(parameter))
        ? parameter
        : referTo('parameters', componentName(parameter)),
    )
  }
}

const componentName = ({ name }: Parameter) => pascalCase(name)
