import { useState } from 'react'
import { type SiteAttributes, updateSite } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useSite } from '../../shell/use-site.ts'

/**
 * Some attributes of the current site that a form changes, with what it has entered. `save` sends the changes and has
 * the site read again.
 */
export function useSiteForm<Name extends keyof SiteAttributes>(names: readonly Name[]) {
  const { site } = useSite()
  const { id, attributes } = site!
  const [changes, setChanges] = useState<Partial<Pick<SiteAttributes, Name>>>({})
  const values = { ...attributes, ...changes } as Required<Pick<SiteAttributes, Name>>
  const send = () => updateSite(id, { data: { type: 'sites', id, attributes: changes as object } })
  return {
    id,
    values,
    fields: [...names] as string[],
    isChanged: names.some((name) => values[name] !== attributes[name]),
    set: (changed: Partial<Pick<SiteAttributes, Name>>) => setChanges({ ...changes, ...changed }),
    send,
    async save() {
      await send()
      await refresh('sites')
      setChanges({})
    },
  }
}
