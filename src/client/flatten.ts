import type { operations } from './generated.ts'

interface Identifier {
  id: string
  type: string
}

interface Resource extends Identifier {
  attributes?: object
  relationships?: object
}

interface JsonApiDocument {
  data: Resource | Resource[] | null
  included?: Resource[]
}

type Operations = typeof operations
type Answers = { [Name in keyof Operations & `get${string}`]: Awaited<ReturnType<Operations[Name]>> }
type ResourceIn<Answer> = Answer extends { data: infer Data extends Resource } ? Data : never
/** Every type of resource that the API has, by its `type`. */
type AnyResource = { [Name in keyof Answers]: ResourceIn<Answers[Name]> }[keyof Answers]

type Attributes<One> = One extends { attributes: infer Values } ? Values : unknown
type Relationships<One> = One extends { relationships: infer Relations } ? Relations : object

/** The first name of each path: of "offers.products", "offers". */
type First<Path> = Path extends `${infer Name}.${string}` ? Name : Path
/** What follows the name: of "offers.products" for "offers", "products". */
type Rest<Path, Name extends string> = Path extends `${Name}.${infer More}` ? More : never

type Linked<Data, Path> = Data extends (infer Item)[]
  ? Linked<Item, Path>[]
  : Data extends { type: infer Type extends string }
    ? Flat<Extract<AnyResource, { type: Type }>, Path>
    : Data

type Named<Relation, Path> = Relation extends { data?: infer Data }
  ? Linked<NonNullable<Data>, Path> | Nullish<Data>
  : never
type Unnamed<Relation> = Relation extends { data?: infer Data } ? Data : never
type Nullish<Data> = Extract<Data, null>

/** A resource without the members of JSON:API around it; `Path` names what is included, as in `include`. */
export type Flat<One, Path = never> = {
  id: string
  type: One extends Identifier ? One['type'] : string
} & Attributes<One> & {
    [Name in keyof Relationships<One>]: Name extends First<Path> & string
      ? Named<NonNullable<Relationships<One>[Name]>, Rest<Path, Name>>
      : Unnamed<NonNullable<Relationships<One>[Name]>>
  }

type FlatData<Data, Path> = Data extends (infer Item)[]
  ? Flat<Item, Path>[]
  : Data extends null
    ? null
    : Flat<Data, Path>

/**
 * Puts the attributes and relationships of resources into one object: `contact.email`, `contact.tags[0].name`.
 *
 * @param include the relationships to follow, which the request asked for with `include`, as in "tags" or
 *   "offers.products"; of all others, and of what is not included, there are `id` and `type`
 * @throws TypeError for something else than a document
 */
export function flatten<const Data extends JsonApiDocument['data'], const Path extends string = never>(
  document: { data: Data; included?: Identifier[] },
  ...include: Path[]
): FlatData<Data, Path> {
  if (typeof document !== 'object' || document === null || !('data' in document))
    throw new TypeError(
      'flatten() takes a whole document, as operations return it. Example: flatten(await api.getContact(id))',
    )
  const { data, included = [] } = document as JsonApiDocument
  const byId = new Map(included.map((one) => [`${one.type} ${one.id}`, one]))
  const flat = (one: Resource, paths: string[]): object => ({
    id: one.id,
    type: one.type,
    ...one.attributes,
    ...Object.fromEntries(
      Object.entries(one.relationships ?? {}).flatMap(([name, { data: linked }]) =>
        // One that is only a link says nothing about who is in it.
        linked === undefined ? [] : [[name, follow(linked, name, paths)]],
      ),
    ),
  })
  const follow = (linked: Identifier | Identifier[] | null, name: string, paths: string[]): unknown => {
    if (!linked || !paths.some((path) => path === name || path.startsWith(`${name}.`))) return linked
    const rest = paths.flatMap((path) => (path.startsWith(`${name}.`) ? [path.slice(name.length + 1)] : []))
    const find = (one: Identifier) => {
      const found = byId.get(`${one.type} ${one.id}`)
      return found ? flat(found, rest) : one
    }
    return Array.isArray(linked) ? linked.map(find) : find(linked)
  }
  const result = Array.isArray(data) ? data.map((one) => flat(one, include)) : data && flat(data, include)
  return result as FlatData<Data, Path>
}
