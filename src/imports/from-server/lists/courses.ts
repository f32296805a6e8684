import { courseRecords } from '../../../catalogue/courses/courses.resource.ts'
import { lessonRecords } from '../../../catalogue/courses/lessons.resource.ts'
import { mediumRecords } from '../../../catalogue/courses/media.resource.ts'
import { moduleRecords } from '../../../catalogue/courses/modules.resource.ts'
import { productRecords } from '../../../catalogue/products/products.resource.ts'
import { findOne } from '../../../platform/records/lock-one.ts'
import type { PageRun, Writer } from '../page-run.ts'
import { type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import { manyIn, oneIn, type SourceRow } from '../source.ts'
import { detailsOf, type SourceList } from '../source-list.ts'

const courseKind: RecordKind = { records: courseRecords }

/** They are written in their order, and come last. */
const PLACE = ['position']
const moduleKind: RecordKind = {
  // With its first module, a product of another type becomes a course.
  records: { ...moduleRecords, parent: { ...moduleRecords.parent!, rows: productRecords } },
  parentType: 'courses',
  without: PLACE,
}
const lessonKind: RecordKind = { records: lessonRecords, parentType: 'modules', without: PLACE }
const mediumKind: RecordKind = { records: mediumRecords, parentType: 'lessons', without: PLACE }

/** Courses with what they consist of, which the other server shows with each course. */
export const courses: SourceList = {
  name: 'courses',
  others: ['modules', 'lessons', 'media'],
  path: '/v1/courses',
  isBySite: true,
  pageSize: 50,
  addDetails: detailsOf('/v1/courses', 'modules,lessons,lessons.media'),
  async write(run, siteId, rows, { included }) {
    await run.put('courses', rows.map(readCourse), courseWriter(run, siteId))
    const own = partsOf(rows, included)
    await putParts(run, siteId, 'modules', moduleKind, own.modules)
    await putParts(run, siteId, 'lessons', lessonKind, own.lessons)
    await putParts(run, siteId, 'media', mediumKind, own.media)
  },
}

/** A course is a product, which was imported before: then the product has its attributes. */
function courseWriter(run: PageRun, siteId: string): Writer<WantedRecord> {
  const alone = recordWriter(run, courseKind, siteId)
  return {
    ...alone,
    write: (fresh) =>
      run.each(fresh, async (one) => {
        const { targetId } = one
        const product = await productOf(run, siteId, one.wanted)
        if (product !== null) return { status: targetId === null ? 'created' : 'changed', targetId: product }
        return (await alone.write([one]))[0]!
      }),
  }
}

/** The product that has the id there, and the title. */
async function productOf(
  run: PageRun,
  siteId: string,
  { id, attributes }: WantedRecord,
): Promise<string | null> {
  const productId = (await run.targets('products', [id])).get(id)
  if (productId === undefined) return null
  const product = await findOne(run.tx, { ...productRecords, ending: null }, [siteId], productId)
  return product.title === attributes.title ? productId : null
}

const readCourse = (row: SourceRow): WantedRecord => recordOf(courseKind, row)

interface Part {
  row: SourceRow
  parent: string
}

const putParts = (
  run: PageRun,
  siteId: string,
  type: string,
  kind: RecordKind,
  parts: Part[],
): Promise<void> =>
  run.put(
    type,
    parts.map(({ row, parent }) => recordOf(kind, row, { parent })),
    recordWriter(run, kind, siteId),
  )

/** Modules, lessons and media of courses, each with what it belongs to, whichever side names the other. */
function partsOf(
  courseRows: SourceRow[],
  included: SourceRow[],
): Record<'modules' | 'lessons' | 'media', Part[]> {
  const modules = childrenOf(courseRows, 'modules', 'course', included)
  const lessons = childrenOf(
    modules.map(({ row }) => row),
    'lessons',
    'module',
    included,
  )
  const media = childrenOf(
    lessons.map(({ row }) => row),
    'media',
    'lesson',
    included,
  )
  return { modules, lessons, media }
}

function childrenOf(parents: SourceRow[], type: string, singular: string, included: SourceRow[]): Part[] {
  const all = included.filter((row) => row.type === type)
  return parents.flatMap((parent) => {
    const named = manyIn(parent, type) ?? []
    return all
      .filter((row) => named.includes(row.id) || oneIn(row, singular) === parent.id)
      .sort((one, other) => placeOf(named, one) - placeOf(named, other))
      .map((row) => ({ row, parent: parent.id }))
  })
}

const placeOf = (named: string[], { id, attributes: { position } }: SourceRow): number =>
  typeof position === 'number' ? position : named.indexOf(id)
