/** Tags and custom fields: those that a site has already under their name are the same, whatever their id or handle. */
import { customFieldRecords } from '../../../people/custom-fields/custom-fields.resource.ts'
import { customFieldsOf } from '../../../people/custom-fields/find-fields.ts'
import { type FieldType, hasOptions } from '../../../people/custom-fields/value-types.ts'
import { contactTagRecords } from '../../../people/tags/contact-tags.resource.ts'
import { tagsOfSite } from '../../../people/tags/tags-by-name.ts'
import { noteHandles, withFreeHandles } from '../handles.ts'
import type { PageRun, Writer } from '../page-run.ts'
import { type RecordKind, recordOf, recordWriter, type WantedRecord } from '../put-records.ts'
import type { SourceRow } from '../source.ts'
import type { SourceList } from '../source-list.ts'
import { recordList } from './catalogue.ts'

export const contactTags = recordList('contact_tags', {
  records: contactTagRecords,
  named: { attribute: 'name', ofSite: tagsOfSite, isUnique: true },
})

const fieldKind: RecordKind = {
  records: customFieldRecords,
  named: {
    attribute: 'title',
    ofSite: async (tx, siteId) =>
      (await customFieldsOf(tx, [siteId])).map(({ id, title, handle }) => ({ id, name: title, handle })),
  },
}

export const customFields: SourceList = {
  name: 'custom_fields',
  path: '/v1/custom_fields',
  isBySite: true,
  async write(run, siteId, rows) {
    await run.put('custom_fields', rows.map(readField), fieldWriter(run, siteId, rows))
    await noteHandles(run, siteId, rows)
  },
}

function readField(row: SourceRow): WantedRecord {
  const wanted = recordOf(fieldKind, row)
  const { type, select_options: options } = wanted.attributes
  // Kajabi does not show what there is to choose from: then any text is a value.
  if (!hasOptions(type as FieldType) || options) return wanted
  return { ...wanted, attributes: { ...wanted.attributes, type: 'TextField', select_options: null } }
}

function fieldWriter(run: PageRun, siteId: string, rows: SourceRow[]): Writer<WantedRecord> {
  const writer = recordWriter(run, fieldKind, siteId)
  return {
    ...writer,
    async write(fresh) {
      const free = await withFreeHandles(run, siteId, fresh, rows)
      const outcomes = await writer.write(free)
      return outcomes.map((outcome, index) => {
        const [there, here] = [fresh, free].map((list) => list[index]!.wanted.attributes.handle)
        if (outcome.status !== 'created' || there === here) return outcome
        const handle = `${there} is another field here: this one is ${here}.`
        return { ...outcome, leftOut: { ...outcome.leftOut, handle } }
      })
    },
  }
}
