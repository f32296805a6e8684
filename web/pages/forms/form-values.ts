import type { Complete } from '../../api/documents.ts'
import { type ChangedForm, type Form, getForm } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'

export const formQuery = (id: string) => oneOf('forms', getForm, id)

export interface FormInput {
  handle: string
  required: boolean
}

/** What the builder edits, of a form. */
export interface FormValues
  extends Pick<
    Complete<Form>['attributes'],
    | 'title'
    | 'description'
    | 'default'
    | 'subscribes'
    | 'double_opt_in'
    | 'send_customer_welcome_email'
    | 'redirect_url'
    | 'success_message'
    | 'webhook_url'
    | 'allowed_origins'
  > {
  inputs: FormInput[]
  /** Ids, as `contact_tags`. */
  offers: string[]
  contact_tags: string[]
}

export function valuesOf({ attributes, relationships }: Complete<Form>): FormValues {
  const { created_at: _, updated_at: __, url: ___, inputs, ...values } = attributes
  return {
    ...values,
    inputs: inputs.map(({ handle, required = false }) => ({ handle, required })),
    offers: (relationships.offers?.data ?? []).map(({ id }) => id),
    contact_tags: (relationships.contact_tags?.data ?? []).map(({ id }) => id),
  }
}

/** The request that makes these changes. */
export function changeOf(id: string, changes: Partial<FormValues>): ChangedForm {
  const { offers, contact_tags, ...attributes } = changes
  const linked = <Type extends string>(type: Type, ids: string[]) => ({
    data: ids.map((each) => ({ type, id: each })),
  })
  const relationships = {
    ...(offers && { offers: linked('offers', offers) }),
    ...(contact_tags && { contact_tags: linked('contact_tags', contact_tags) }),
  }
  return { data: { type: 'forms', id, attributes, relationships } }
}
