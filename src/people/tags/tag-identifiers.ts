import { Linkage } from '../../platform/http/documents.ts'
import { component } from '../../platform/jsonapi/documented.ts'

/** The linkage of a contact's tags: the document of the relationship, or its value in that of the contact. */
export const TagLinkage = component('TagLinkage', Linkage('contact_tags'))
