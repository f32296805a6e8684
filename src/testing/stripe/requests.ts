/** Requests to the fake of Stripe: form bodies, parameters that are accepted, and what is expanded in answers. */
import type { Objects } from './objects.ts'

export type Value = string | Value[] | { [name: string]: Value }
export type Parameters = { [name: string]: Value }

/** Decodes `a[b][0][c]=x`, as the package encodes parameters. */
export function decodeForm(text: string): Parameters {
  const root: Parameters = {}
  for (const [key, value] of new URLSearchParams(text)) {
    const path = key.split(/[[\]]+/).filter(Boolean)
    let place: Record<string, unknown> = root
    for (const name of path.slice(0, -1)) {
      place[name] ??= {}
      place = place[name] as Record<string, unknown>
    }
    // `expand[]=x`, of which there may be several.
    if (key.endsWith('[]')) {
      const last = path.at(-1)!
      place[last] ??= {}
      const list = place[last] as Record<string, unknown>
      list[Object.keys(list).length] = value
    } else place[path.at(-1)!] = value
  }
  return toLists(root) as Parameters
}

function toLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name)))
    return entries.map(([, item]) => toLists(item))
  return Object.fromEntries(entries.map(([name, item]) => [name, toLists(item)]))
}

/** The parameters that an endpoint accepts: `true` for any value. The names are those of the package's types. */
export type Accepted<Params> = Params extends readonly (infer Item)[]
  ? Accepted<Item>
  : Params extends object
    ? { readonly [Name in keyof Params]?: true | Accepted<NonNullable<Params[Name]>> }
    : true

/** An answer with an error, as Stripe gives it. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly fields: Record<string, string>

  constructor(status: number, message: string, fields: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.fields = {
      type: status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'api_error',
      ...fields,
    }
  }
}

export const missing = (noun: string, id: unknown, param = 'id'): StripeRefusal =>
  new StripeRefusal(404, `No such ${noun}: '${id}'`, { code: 'resource_missing', param })

/** @throws StripeRefusal for a parameter that the endpoint does not accept */
export function assertAccepted(given: Value, accepted: object | true, path = ''): void {
  if (accepted === true || typeof given === 'string') return
  if (Array.isArray(given)) {
    for (const item of given) assertAccepted(item, accepted, path)
    return
  }
  for (const [name, value] of Object.entries(given)) {
    const full = path ? `${path}[${name}]` : name
    const inner = (accepted as Record<string, object | true>)[name]
    if (inner === undefined)
      throw new StripeRefusal(400, `Received unknown parameter: ${full}`, {
        code: 'parameter_unknown',
        param: full,
      })
    assertAccepted(value, inner, full)
  }
}

/** Members that are given only when they are expanded. */
const INCLUDED: Record<string, string[]> = {
  'checkout.session': ['line_items'],
  invoice: ['payments'],
  charge: ['refunds'],
}

type Json = Record<string, unknown>

/** A copy of an object for an answer: ids in the place of others, except where they are expanded. */
export function present(objects: Objects, object: object, expand: string[] = []): Json {
  const copy = structuredClone(object) as Json
  for (const name of INCLUDED[copy.object as string] ?? []) {
    if (!expand.some((path) => path.split('.')[0] === name)) delete copy[name]
  }
  for (const path of expand) expandPath(objects, copy, path.split('.'), path)
  return copy
}

function expandPath(objects: Objects, at: unknown, [name, ...rest]: string[], path: string): void {
  if (name === undefined) return
  if (Array.isArray(at)) {
    for (const item of at) expandPath(objects, item, [name, ...rest], path)
    return
  }
  const holder = at as Json
  const value = holder[name]
  if (value === null) return
  if (value === undefined) throw new StripeRefusal(400, `This property cannot be expanded (${path}).`)
  if (typeof value === 'string') {
    const found = objects.any(value)
    if (!found) throw new StripeRefusal(400, `This property cannot be expanded (${path}).`)
    holder[name] = present(objects, found)
  }
  expandPath(objects, holder[name], rest, path)
}
