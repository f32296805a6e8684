/** The path of the page of a form, on the host of the portal. */
export const formPath = (site: string, id: string): string => `/s/${site}/forms/${id}`
