import { type SiteAttributes, updateSite } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useDraft } from '../../parts/use-draft.ts'
import { useSite } from '../../shell/use-site.ts'

/**
 * Some attributes of the current site that a form changes, with what it has entered. `save` sends the changes and has
 * the site read again.
 */
export function useSiteForm<Name extends keyof SiteAttributes>(names: readonly Name[]) {
  const { site } = useSite()
  const { id, attributes } = site!
  const saved = Object.fromEntries(names.map((name) => [name, attributes[name]]))
  const draft = useDraft(saved as Required<Pick<SiteAttributes, Name>>)
  const send = () => updateSite(id, { data: { type: 'sites', id, attributes: draft.changes as object } })
  return {
    id,
    values: draft.values,
    fields: [...names] as string[],
    isChanged: draft.isDirty,
    set: draft.set,
    /** Without having the site read again. */
    async send() {
      const { changes } = draft
      await send()
      draft.settle(changes)
    },
    async save() {
      const { changes } = draft
      await send()
      await refresh('sites')
      draft.settle(changes)
    },
  }
}
