import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { listEmailTemplateKinds } from '../../api/generated.ts'
import { useCurrentSite } from '../../shell/use-site.ts'

const kindsQuery = (siteId: string) =>
  queryOptions({
    // Which kinds have a template changes with the templates.
    queryKey: ['email_templates', 'kinds', siteId],
    queryFn: ({ signal }) => listEmailTemplateKinds({ 'filter[site_id]': siteId }, { signal }),
  })

/** The kinds of e-mails, with the default texts in the language of the site. */
export function useKinds() {
  const { id } = useCurrentSite()
  return useSuspenseQuery(kindsQuery(id)).data.data.attributes
}
