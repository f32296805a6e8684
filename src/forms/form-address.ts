import { siteUrl } from '../links/member-links.ts'

/** Where the page of a form is. */
export interface FormAddress {
  id: string
  subdomain: string
  custom_domain: string | null
}

/** The path below the base of the site. */
export const formPath = (id: string): string => `/forms/${id}`

/**
 * The page of a form, on the domain of its site or below the address of the server.
 *
 * @param baseUrl address of the server, without a slash at the end
 */
export const formUrl = ({ id, ...site }: FormAddress, baseUrl: string): string =>
  siteUrl({ publicUrl: baseUrl }, site) + formPath(id)
