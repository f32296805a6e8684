/** Tags and custom fields: those that a site has already under their name or handle are the same. */
import { customFieldRecords } from '../../../people/custom-fields/custom-fields.resource.ts'
import { allCustomFieldsOf } from '../../../people/custom-fields/find-fields.ts'
import { type FieldType, hasOptions } from '../../../people/custom-fields/value-types.ts'
import { contactTagRecords } from '../../../people/tags/contact-tags.resource.ts'
import { tagsOfSite } from '../../../people/tags/tags-by-name.ts'
import { type RecordKind, recordOf } from '../put-records.ts'
import { recordList } from './catalogue.ts'

const sameName = (one: unknown, other: unknown): boolean =>
  String(one).trim().toLowerCase() === String(other).trim().toLowerCase()

export const contactTags = recordList('contact_tags', {
  records: contactTagRecords,
  async findSame(run, siteId, { attributes: { name } }) {
    return (await tagsOfSite(run.tx, siteId)).find((tag) => sameName(tag.name, name))?.id ?? null
  },
})

const fieldKind: RecordKind = {
  records: customFieldRecords,
  async findSame(run, siteId, { attributes: { handle } }) {
    const fields = await allCustomFieldsOf(run.tx, [siteId])
    return fields.find((field) => field.handle === handle)?.id ?? null
  },
}

export const customFields = recordList('custom_fields', fieldKind, {
  read(row) {
    const wanted = recordOf(fieldKind, row)
    const { type, select_options: options } = wanted.attributes
    // Kajabi does not show what there is to choose from: then any text is a value.
    if (!hasOptions(type as FieldType) || options) return wanted
    return { ...wanted, attributes: { ...wanted.attributes, type: 'TextField', select_options: null } }
  },
})
