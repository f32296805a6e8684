/** Finds names in a template that nothing stands behind, also where no sample leads. */
import { analyzeSync, ForTag, type Template, type Variable } from 'liquidjs'
import type { Shape } from './templates/data.ts'

export interface UndefinedVariable {
  /** As it is written. */
  name: string
  /** Line and column, from 1. */
  position: [number, number]
}

type NamedShape = { [name: string]: Shape }
type Scope = Map<string, Shape>

/**
 * The first variable of a template that cannot be defined, whatever the e-mail is about; undefined: there is none.
 *
 * @param shape what the template can name
 */
export function findUndefined(templates: Template[], shape: NamedShape): UndefinedVariable | undefined {
  const scope: Scope = new Map(Object.entries(shape))
  // What is assigned anywhere can be anything.
  for (const name of Object.keys(analyzeSync(templates).locals)) scope.set(name, 'anything')
  return findIn(templates, scope)
}

/** What templates can name, as in "offers[].title". */
export const namesIn = (shape: Shape, path = ''): string[] => {
  if (typeof shape === 'string') return [path]
  if (Array.isArray(shape)) return namesIn(shape[0], `${path}[]`)
  return Object.entries(shape).flatMap(([name, inner]) => namesIn(inner, path ? `${path}.${name}` : name))
}

function findIn(templates: Template[], scope: Scope): UndefinedVariable | undefined {
  for (const template of templates) {
    const found = findInArguments(template, scope) ?? findIn(childrenOf(template), within(template, scope))
    if (found) return found
  }
  return undefined
}

function findInArguments(template: Template, scope: Scope): UndefinedVariable | undefined {
  const variable = variablesOf(template).find((one) => shapeOf(one, scope) === undefined)
  if (!variable) return undefined
  const { row, col } = variable.location
  return { name: String(variable), position: [row, col] }
}

/** Those that a part itself names, in their order, and not its children. */
function variablesOf(template: Template): Variable[] {
  const { token, render } = template
  const alone: Template = { token, render, arguments: () => template.arguments?.() ?? [] }
  return Object.values(analyzeSync([alone]).variables).flat()
}

function childrenOf(template: Template): Template[] {
  const children = template.children?.(false, true).next()
  return children?.done ? (children.value as Template[]) : []
}

/** The scope of the children: within a loop its variable is an element of the list. */
function within(template: Template, scope: Scope): Scope {
  if (!(template instanceof ForTag)) return scope
  const [list] = variablesOf(template)
  const shape = list && shapeOf(list, scope)
  return new Map(scope)
    .set('forloop', 'anything')
    .set(template.variable, Array.isArray(shape) ? shape[0] : 'anything')
}

/** What a variable stands for; undefined: nothing. */
function shapeOf({ segments: [root, ...path] }: Variable, scope: Scope): Shape | undefined {
  let shape = scope.get(String(root))
  for (const segment of path) shape = shape && memberOf(shape, segment)
  return shape
}

function memberOf(shape: Shape, segment: string | number | Variable): Shape | undefined {
  if (shape === 'anything' || segment === 'size') return 'anything'
  if (Array.isArray(shape)) {
    return typeof segment !== 'string' || ['first', 'last'].includes(segment) ? shape[0] : undefined
  }
  if (typeof shape === 'string') return undefined
  if (typeof segment === 'object') return 'anything'
  return Object.hasOwn(shape, segment) ? shape[segment] : undefined
}
