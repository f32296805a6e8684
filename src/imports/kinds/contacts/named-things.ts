/** The tags and products that cells of a file name, which are created when the site does not have them. */
import { createOfferOfProduct, findOfferOfProduct } from '../../../catalogue/offers/offer-of-product.ts'
import { productRecords } from '../../../catalogue/products/products.resource.ts'
import { productsOfSite } from '../../../catalogue/products/products-of-site.ts'
import { contactTagRecords } from '../../../people/tags/contact-tags.resource.ts'
import { tagsOfSite } from '../../../people/tags/tags-by-name.ts'
import type { Tx } from '../../../platform/db/database.ts'
import { ApiError } from '../../../platform/jsonapi/errors.ts'
import { asOperator, createRecord, type Records } from '../../../platform/records/records.ts'
import { noteAmbiguous, noteCreated } from '../../findings.ts'
import type { ImportContext } from '../../import-kind.ts'
import { type KnownNames, knownNames, nameKey, readNames } from '../../reading/read-names.ts'
import { RowProblem } from '../../row-problem.ts'

/** Things of a site that cells name, in one batch of an import. */
export interface NamedThings {
  /** The names in a cell, each once. */
  read: (cell: string) => string[]
  /** The id of the thing with a name, which is created when there is none. @throws RowProblem */
  idOf: (name: string) => Promise<string>
}

/** @param alone names that stand alone in a cell of the file */
export async function namedTags(tx: Tx, context: ImportContext, alone: string[]): Promise<NamedThings> {
  const tags = await tagsOfSite(tx, context.siteId)
  return namedThings(tx, context, {
    field: 'tags',
    known: tags,
    alone,
    records: contactTagRecords,
    member: 'name',
  })
}

export async function namedProducts(tx: Tx, context: ImportContext, alone: string[]): Promise<NamedThings> {
  const products = await productsOfSite(tx, context.siteId)
  return namedThings(tx, context, {
    field: 'products',
    known: products.map(({ id, title }) => ({ id, name: title })),
    alone,
    records: productRecords,
    member: 'title',
  })
}

interface Naming {
  field: 'tags' | 'products'
  known: { id: string; name: string }[]
  alone: string[]
  records: Records
  /** The attribute that is the name. */
  member: string
}

function namedThings(
  tx: Tx,
  context: ImportContext,
  { field, known, alone, records, member }: Naming,
): NamedThings {
  // Of those with the same name, the oldest.
  const ids = new Map(known.toReversed().map(({ id, name }) => [nameKey(name), id]))
  const names: KnownNames = knownNames(known.map(({ name }) => name))
  const trusted = knownNames(alone)
  const column = context.header[context.fields.indexOf(field)] ?? field
  return {
    read(cell) {
      const read = readNames(cell, names, trusted)
      if (read.ambiguous) noteAmbiguous(context.findings, column, cell, read.ambiguous)
      return read.names
    },
    async idOf(name) {
      const id = ids.get(nameKey(name)) ?? (await create(tx, context, { field, records, member }, name))
      ids.set(nameKey(name), id)
      return id
    },
  }
}

async function create(
  tx: Tx,
  context: ImportContext,
  { field, records, member }: Pick<Naming, 'field' | 'records' | 'member'>,
  name: string,
): Promise<string> {
  try {
    const { siteId } = context
    const writing = writingOf(tx, context)
    const { id } = await createRecord(writing, records, { siteId, attributes: { [member]: name } })
    noteCreated(context.findings, records.resource.type, name)
    return id
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new RowProblem(field, error.code, `${error.message}.`)
  }
}

/** The offer through which a file gives access to a product; it is created when there is none. */
export async function offerOf(tx: Tx, context: ImportContext, productId: string): Promise<string> {
  const { siteId, findings } = context
  const found = await findOfferOfProduct(tx, siteId, productId)
  if (found !== null) return found
  const { id, title } = await createOfferOfProduct(writingOf(tx, context), siteId, productId)
  noteCreated(findings, 'offers', title)
  return id
}

const writingOf = (tx: Tx, { app, accountId, siteIds }: ImportContext) =>
  asOperator(app, tx, accountId, siteIds)
