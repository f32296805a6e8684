/** What is here already under the name of something of the other server: it is the same, and stays as it is. */
import type { Tx } from '../../platform/db/database.ts'
import type { PageRun, Wanted } from './page-run.ts'

export interface Named {
  id: string
  name: string
  /** Of several of one name, the one with the same handle comes first. */
  handle?: string
}

/** How resources of a type are found by name. */
export interface NamedKind {
  /** The attribute that is the name. */
  attribute: string
  /** Of a site, without those that are archived. */
  ofSite(tx: Tx, siteId: string): Promise<Named[]>
  /** A site has one of a name: then several of the other server can be the same one. */
  isUnique?: boolean
}

const keyOf = (name: unknown): string => String(name).trim().toLowerCase()

/** In the ledger: what was here before the import. */
const FOUND = 'found'

/** The namesakes on a site of what a page of a list has. */
export class Namesakes {
  readonly #run: PageRun
  readonly #type: string
  readonly #kind: NamedKind
  readonly #byName: Map<string, Named[]>
  /** What another of the other server is already. */
  readonly #claimed: Set<string>

  private constructor(run: PageRun, type: string, kind: NamedKind, named: Named[], claimed: string[]) {
    this.#run = run
    this.#type = type
    this.#kind = kind
    this.#byName = Map.groupBy(named, ({ name }) => keyOf(name))
    this.#claimed = new Set(kind.isUnique ? [] : claimed)
  }

  static async of(run: PageRun, type: string, kind: NamedKind, siteId: string): Promise<Namesakes> {
    const known = await run.options.ledger.findBeginning(run.tx, type, '')
    const named = await kind.ofSite(run.tx, siteId)
    return new Namesakes(
      run,
      type,
      kind,
      named,
      known.map(({ targetId }) => targetId),
    )
  }

  /** Finds the one of this name, which no other of the other server is then. */
  find({ attributes }: { attributes: Record<string, unknown> }): string | null {
    const free = (this.#byName.get(keyOf(attributes[this.#kind.attribute])) ?? []).filter(
      ({ id }) => !this.#claimed.has(id),
    )
    const found = free.find(({ handle }) => handle !== undefined && handle === attributes.handle) ?? free[0]
    if (found && !this.#kind.isUnique) this.#claimed.add(found.id)
    return found?.id ?? null
  }

  /** Of a type with unique names, one that was created is found by those that follow. */
  add(id: string, { attributes }: { attributes: Record<string, unknown> }): void {
    const name = String(attributes[this.#kind.attribute])
    if (this.#kind.isUnique) this.#byName.set(keyOf(name), [{ id, name }])
  }

  /** Records that one was here before: later runs do not change it either. */
  note({ id }: Wanted, targetId: string): Promise<void> {
    return this.#run.note(FOUND, [{ id: this.#nameOf(id), targetId }], 'unchanged')
  }

  async wasFound({ id }: Wanted): Promise<boolean> {
    return (await this.#run.targets(FOUND, [this.#nameOf(id)])).size > 0
  }

  #nameOf(id: string): string {
    return `${this.#type}/${id}`
  }
}
